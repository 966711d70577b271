package herald.tools;

import herald.events.NetworkEvents;
import herald.events.Severity;
import herald.recorder.ObjectReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.ByteBuffer;
import java.util.Map;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Lines that are events, and what is wrong with those that are not.
 */
@Timeout(120)
class EventLineParserTest {
    private final EventLineParser parser = new EventLineParser("acme", "prod");

    @Test
    void shouldReadWholeEvent() throws BadLineException {
        final EventLine event = parse("""
            {"type":"network.LinkDown","severity":"critical","message":"Grüße","ref":{"tenant":"t","namespace":"n",\
            "kind":"Link","name":"eth0","uri":"u"},"attributes":{"mtu":"1500"}}""");

        assertThat(event).isEqualTo(new EventLine(NetworkEvents.LINK_DOWN, Severity.CRITICAL, "Grüße",
            ObjectReference.of("t", "n", "Link", "eth0", "u"), Map.of("mtu", "1500")));
    }

    @Test
    void shouldFillInWhatIsLeftOut() throws BadLineException {
        assertThat(parse("{\"type\":\"network.LinkDown\",\"message\":\"m\",\"severity\":null}"))
            .isEqualTo(new EventLine(NetworkEvents.LINK_DOWN, null, "m", null, Map.of()));
        assertThat(parse("{\"type\":\"network.LinkDown\",\"message\":\"m\",\"ref\":\"Link/eth0\"}").reference())
            .isEqualTo(ObjectReference.of("acme", "prod", "Link", "eth0", ""));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '^', value = {
        "{bad | invalid JSON at column",
        "[] | not a JSON object",
        "{'type':'network.LinkDown','message':'m'} x | invalid JSON at column",
        "{'type':'network.LinkDown','message':'m'} {} | something follows",
        "{'type':'network.LinkDwn','message':'m'} | did you mean network.LinkDown?",
        "{'message':'m'} | type is missing",
        "{'type':'network.LinkDown'} | message is missing",
        "{'type':'network.LinkDown','message':null} | message is null: give it a text",
        "{'type':null,'message':'m'} | type is null: give it a text",
        "{'type':'network.LinkDown','message':'m','ref':{'kind':'k','name':null}} | ref.name is null: give it a text",
        "{'type':'network.LinkDown','message':'m','attributes':{'a':null}} | attributes.a is null: give it a text, or "
            + "leave it out",
        "{'type':'network.LinkDown','message':3} | message is no string",
        "{'type':'network.LinkDown','message':'\\ud800'} | half a surrogate pair",
        "{'type':'network.LinkDown','message':'m','attributes':{'a\\udc00':'v'}} | name of an attribute has half a",
        "{'type':'network.LinkDown','message':'m','type':'x'} | Duplicate field 'type'",
        "{'type':'network.LinkDown','message':'m','sev':'x'} | unknown field ^sev^",
        "{'type':'network.LinkDown','message':'m','severity':'x'} | none of DEBUG, INFO, WARN, CRITICAL",
        "{'type':'network.LinkDown','message':'m','ref':'x'} | KIND/NAME",
        "{'type':'network.LinkDown','message':'m','ref':3} | ref is neither",
        "{'type':'network.LinkDown','message':'m','ref':{'kind':'k'}} | ref.name is missing",
        "{'type':'network.LinkDown','message':'m','ref':{'kind':' ','name':'n'}} | needs a kind",
        "{'type':'network.LinkDown','message':'m','ref':{'kind':'k','name':'n','x':1}} | unknown field of ref ^x^",
        "{'type':'network.LinkDown','message':'m','attributes':{'a':1}} | attributes.a is no string",
        "{'type':'network.LinkDown','message':'m','attributes':{'':'1'}} | an attribute has no name",
        "{'type':'network.LinkDown','message':'m','attributes':'x'} | attributes is no object"})
    void shouldSayWhatIsWrong(final String line, final String reason) {
        assertThatThrownBy(() -> parse(quoted(line)))
            .isInstanceOf(BadLineException.class)
            .hasMessageContaining(reason.replace('^', '"'));
    }

    @Test
    void shouldNotNameCodeOfTheParser() {
        assertThatThrownBy(() -> parse("{\"attributes\":" + "[".repeat(2_000))).isInstanceOf(BadLineException.class)
            .hasMessageContaining("nesting depth (1001) exceeds the maximum allowed (1000)")
            .hasMessageNotContainingAny("Constraints", "get", "`");
    }

    @Test
    void shouldRefuseInvalidUtf8() {
        final byte[] line = quoted("{'type':'network.LinkDown','message':'\u00ff'}").getBytes(ISO_8859_1);

        assertThatThrownBy(() -> parser.parse(ByteBuffer.wrap(line))).hasMessageContaining("invalid UTF-8");
    }

    private static String quoted(final String line) {
        return line.replace('\'', '"');
    }

    private EventLine parse(final String line) throws BadLineException {
        return parser.parse(ByteBuffer.wrap(line.getBytes(UTF_8)));
    }
}
