package herald.events;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A catalog and its types hold what they were built with.
 */
@Timeout(120)
class EventCatalogTest {
    private final EventCatalog.Builder builder = new EventCatalog.Builder("bell");
    private final EventType rung = builder.add(0, "BellRung", Severity.WARN, "Bell", true, "The bell rang.");
    private final EventType broke = builder.add(7, "BellBroke", Severity.CRITICAL, "Bell", false, "The bell broke.");
    private final EventCatalog catalog = builder.build();

    @Test
    void shouldHoldTheTypesInOrder() {
        assertThat(catalog.service()).isEqualTo("bell");
        assertThat(catalog.types()).containsExactly(rung, broke);
        assertThat(catalog).hasToString("catalog bell[BellRung, BellBroke]");
    }

    @Test
    void shouldFindATypeByItsNameAlone() {
        assertThat(catalog.find("BellBroke")).isSameAs(broke);
        assertThat(catalog.find("bell.BellBroke")).isNull();
    }

    @Test
    void shouldContainItsOwnTypesOnly() {
        final EventType namesake = new EventCatalog.Builder("bell")
            .add(0, "BellRung", Severity.WARN, "Bell", true, "The bell rang.");

        assertThat(catalog.contains(rung)).isTrue();
        assertThat(catalog.contains(namesake)).isFalse();
        assertThat(catalog.contains(ClusterEvents.LEADER_LOST)).isFalse();
    }

    @Test
    void shouldKeepWhatATypeWasDeclaredWith() {
        assertThat(broke.service()).isEqualTo("bell");
        assertThat(broke.number()).isEqualTo(7);
        assertThat(broke.name()).isEqualTo("BellBroke");
        assertThat(broke.qualifiedName()).isEqualTo("bell.BellBroke");
        assertThat(broke.description()).isEqualTo("The bell broke.");
        assertThat(broke.severity()).isEqualTo(Severity.CRITICAL);
        assertThat(broke.category()).isEqualTo("Bell");
        assertThat(broke.suppressedInMaintenance()).isFalse();
        assertThat(broke).hasToString("bell.BellBroke");
    }

    @Test
    void shouldEncodeNamesOnce() {
        assertThat(rung.qualifiedNameUtf8().getStringWithoutLengthUtf8(0, rung.qualifiedNameUtf8().capacity()))
            .isEqualTo("bell.BellRung");
        assertThat(rung.categoryUtf8().getStringWithoutLengthUtf8(0, rung.categoryUtf8().capacity()))
            .isEqualTo("Bell");
    }
}
