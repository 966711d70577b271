package herald.event;

import herald.events.Severity;
import herald.wire.EventEncoder;
import herald.wire.MessageHeaderEncoder;
import herald.wire.SeverityLevel;
import org.agrona.ExpandableArrayBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Conditions of a filter against one event. */
@Timeout(120)
class EventFilterTest {
    private final EventView event = event("Leader election started\nterm 7");

    @Test
    void shouldLetEverythingPassWithoutConditions() {
        assertThat(EventFilter.ALL.matches(event)).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"DEBUG, true", "INFO, true", "WARN, true", "CRITICAL, false"})
    void shouldAskForASeverityOrWorse(final Severity minimum, final boolean passes) {
        assertThat(matches(EventFilter.builder().minimumSeverity(minimum))).isEqualTo(passes);
    }

    @ParameterizedTest
    @CsvSource({
        "cluster.LeaderElected, true", "cluster.*, true", "*Elected, true", "*, true", "cluster.?eaderElected, true",
        "*.*, true", "c*L*E*d, true", "**d, true", "cluster, false", "Cluster.*, false", "cluster.?, false",
        "*Elected?, false", "cluster_*, false", "*electe*, false"})
    void shouldMatchTypesByGlob(final String glob, final boolean passes) {
        assertThat(matches(EventFilter.builder().type(glob))).isEqualTo(passes);
    }

    @Test
    void shouldStayFastOnAGlobOfManyStars() {
        final EventFilter filter = EventFilter.builder().component("*a".repeat(50) + "b").build();

        assertThat(filter.matches(event)).isFalse();
    }

    @Test
    void shouldCompareWholeNames() {
        assertThat(matches(EventFilter.builder().component("cm?"))).isTrue();
        assertThat(matches(EventFilter.builder().category("Cluster"))).isTrue();
        assertThat(matches(EventFilter.builder().tenant("acme"))).isTrue();
        assertThat(matches(EventFilter.builder().namespace("prod"))).isTrue();
        assertThat(matches(EventFilter.builder().objectKind("Link"))).isTrue();
        assertThat(matches(EventFilter.builder().object("Link/rack1/eth0"))).isTrue();

        assertThat(matches(EventFilter.builder().category("cluster"))).isFalse();
        assertThat(matches(EventFilter.builder().tenant("acm"))).isFalse();
        assertThat(matches(EventFilter.builder().namespace("net"))).isFalse();
        assertThat(matches(EventFilter.builder().objectKind("Node"))).isFalse();
        assertThat(matches(EventFilter.builder().object("Node/rack1/eth0"))).isFalse();
        assertThat(matches(EventFilter.builder().object("Link/eth0"))).isFalse();
    }

    @Test
    void shouldFindAPatternAnywhereInTheMessage() {
        assertThat(matches(EventFilter.builder().message("term \\d+$"))).isTrue();
        assertThat(matches(EventFilter.builder().message("^term"))).isFalse();
    }

    @Test
    void shouldAskForAllConditionsAndIgnoreThoseLeftOpen() {
        assertThat(matches(EventFilter.builder().type("cluster.*").tenant("acme"))).isTrue();
        assertThat(matches(EventFilter.builder().type("cluster.*").tenant("other"))).isFalse();
        assertThat(matches(EventFilter.builder().minimumSeverity(null).type(null).component(null).category(null)
            .tenant(null).namespace(null).object(null).objectKind(null).message(null))).isTrue();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "''|true", "  |true", "severity=WARN|true", "severity=critical|false", "not severity=CRITICAL|true",
        "type=cluster.* component=cm?|true", "type=cluster.* not component=cm?|false", "not type=net.*|true",
        "category=Clu*|true", "not category=Clu*|false", "tenant=acme namespace=prod|true", "tenant=|error",
        "object-kind=Link object=Link/rack1/eth0|true", "attribute.rack=\"B 12\"|true", "attribute.rack=B|false",
        "attribute.rack=\"B \\12\"|true", "not attribute.rack=B not attribute.none=x|true",
        "attribute.formula=a=b|true", "attribute.empty=|true", "attribute.empty=\"\"|true", "attribute.none=|false"})
    void shouldReadExpressions(final String text, final String passes) {
        if ("error".equals(passes)) {
            assertThatThrownBy(() -> EventFilter.parse(text)).isInstanceOf(IllegalArgumentException.class);
        } else {
            assertThat(EventFilter.parse(text == null ? "" : text).matches(event))
                .isEqualTo(Boolean.parseBoolean(passes));
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "sevrity=WARN|\"sevrity\" is nothing to filter by: choose one of severity, type",
        "severity=HIGH|\"HIGH\"", "type|\"type\" has no =VALUE", "not|\"not\" has no condition",
        "not not type=x|has no =VALUE", "type=\"x|the value of type has no closing quote", "=x|\"\" is nothing",
        "attribute.=x|attribute name \"\"", "object=Link|KIND/NAME", "not object=Link|KIND/NAME"})
    void shouldNameWhatIsWrongInAnExpression(final String text, final String reason) {
        assertThatThrownBy(() -> EventFilter.parse(text))
            .isInstanceOf(IllegalArgumentException.class).hasMessageContaining(reason);
    }

    @Test
    void shouldNotChangeWithItsBuilder() {
        final EventFilter.Builder builder = EventFilter.builder();
        final EventFilter filter = builder.build();
        builder.tenant("other");

        assertThat(filter.matches(event)).isTrue();
    }

    @Test
    void shouldNameWhatIsWrong() {
        assertThatThrownBy(() -> EventFilter.builder().message("(a"))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("\"(a\"").hasMessageContaining("Unclosed");
        assertThatThrownBy(() -> EventFilter.builder().type(""))
            .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("cluster.*");
        for (final String wrong : new String[]{"", "Link", "/eth0", "Link/"}) {
            assertThatThrownBy(() -> EventFilter.builder().object(wrong))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("\"" + wrong + "\"").hasMessageContaining("Link/eth0");
        }
    }

    private boolean matches(final EventFilter.Builder builder) {
        return builder.build().matches(event);
    }

    private static EventView event(final String message) {
        final ExpandableArrayBuffer buffer = new ExpandableArrayBuffer();
        final EventEncoder wire = new EventEncoder()
            .wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder())
            .recorderIdHigh(1).recorderIdLow(2).sequence(3).recordTimeNs(4).severity(SeverityLevel.WARN);
        wire.flags().clear().reference(true);
        wire.attributesCount(3)
            .next().key("rack").value("B 12")
            .next().key("formula").value("a=b")
            .next().key("empty").value("");
        wire.component("cmd").node("node-1").metaTenant("acme").metaNamespace("prod")
            .typeName("cluster.LeaderElected").category("Cluster").refTenant("t").refNamespace("net")
            .refKind("Link").refName("rack1/eth0").refUri("").message(message);
        return new EventView().wrapJournaled(EventDefaults.NONE, 5, 6, buffer, 0);
    }
}
