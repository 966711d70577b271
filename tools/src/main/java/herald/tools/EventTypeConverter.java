package herald.tools;

import herald.events.Catalogs;
import herald.events.EventType;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

import java.util.List;

/**
 * Reads qualified names of event types, and says which are close to one that is unknown.
 */
final class EventTypeConverter implements ITypeConverter<EventType> {
    private static final int MAX_SUGGESTIONS = 3;

    @Override
    public EventType convert(final String name) {
        final EventType type = Catalogs.find(name);
        if (type == null) {
            throw new TypeConversionException(unknown(name));
        }
        return type;
    }

    static String unknown(final String name) {
        final List<String> close = Catalogs.closest(name, MAX_SUGGESTIONS);
        return "event type \"" + name + "\" is unknown" +
            (close.isEmpty() ? "; one is cluster.ElectionStarted" : ": did you mean " + String.join(", ", close) + '?');
    }
}
