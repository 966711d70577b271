package herald.tools.config;

import com.fasterxml.jackson.databind.JsonMappingException.Reference;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.events.AliasEvent;
import org.yaml.snakeyaml.events.CollectionEndEvent;
import org.yaml.snakeyaml.events.CollectionStartEvent;
import org.yaml.snakeyaml.events.Event;
import org.yaml.snakeyaml.events.MappingStartEvent;
import org.yaml.snakeyaml.events.ScalarEvent;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

import java.io.StringReader;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * What a YAML document says beside its values: where they stand, and forms whose meaning is lost on the way to a
 * record. Those are refused: an alias would become its own name, and a tag would be passed over. So is what is nested
 * too deep, for which a parser takes ever longer.
 */
final class YamlForms {
    private static final String MERGE_KEY = "<<";
    private static final String STANDARD_TAGS = "tag:yaml.org,2002:";
    /** Nothing that is read here has more than a tenth. */
    private static final int MAX_DEPTH = 100;
    /** Of tags that change nothing where the value is one of theirs. */
    private static final Map<String, Pattern> TAGGED_VALUES = Map.of(
        "str", Pattern.compile("(?s).*"),
        "int", Pattern.compile("[-+]?\\d+"),
        "float", Pattern.compile("[-+]?\\d+(\\.\\d*)?([eE][-+]?\\d+)?"),
        "bool", Pattern.compile("true|false"),
        "null", Pattern.compile("|~|null"));

    private YamlForms() {
    }

    /**
     * Refuses aliases, merge keys, tags that could change a value, names that are no text, halves of surrogate pairs
     * and what is nested too deep. What can't be parsed is left to whoever reads it. Takes time in proportion to the
     * text: a parser is asked for no more than what comes before the first such form.
     *
     * @param text   of a document.
     * @param source where it is from, for messages.
     * @throws IllegalArgumentException naming source, line, the form and the remedy.
     */
    static void requireKnown(final String text, final String source) {
        /* One for each collection that is open: whether it is a mapping and its next node a key. */
        final Deque<Boolean> keysNext = new ArrayDeque<>();
        final Deque<Boolean> mappings = new ArrayDeque<>();
        try {
            for (final Event event : new Yaml(new LoaderOptions()).parse(new StringReader(text))) {
                final boolean isKey = !keysNext.isEmpty() && keysNext.peek();
                requireKnown(event, isKey, source);
                if (event instanceof CollectionStartEvent && mappings.size() == MAX_DEPTH) {
                    throw mistake(source, event, "lists and sections are nested deeper than " + MAX_DEPTH +
                        " levels: leave some out");
                }
                if (event instanceof CollectionEndEvent) {
                    keysNext.pop();
                    mappings.pop();
                }
                if (event instanceof ScalarEvent || event instanceof CollectionEndEvent) {
                    if (!mappings.isEmpty() && mappings.peek()) {
                        keysNext.push(!keysNext.pop());
                    }
                } else if (event instanceof CollectionStartEvent) {
                    mappings.push(event instanceof MappingStartEvent);
                    keysNext.push(event instanceof MappingStartEvent);
                }
            }
        } catch (final YAMLException e) {
            // Who reads it says so.
        }
    }

    private static void requireKnown(final Event event, final boolean isKey, final String source) {
        if (event instanceof final AliasEvent alias) {
            throw mistake(source, event, "*" + alias.getAnchor() + " is an alias, and aliases are not known here: " +
                "write the value itself");
        }
        if (event instanceof final ScalarEvent scalar && isKey && scalar.isPlain() &&
            scalar.getValue().equals(MERGE_KEY)) {
            throw mistake(source, event, "<< is a merge key, and merge keys are not known here: write the settings " +
                "themselves");
        }
        if (event instanceof CollectionStartEvent && isKey) {
            throw mistake(source, event, "here is a list or a section where a name must be: write NAME: VALUE, in " +
                "quotes where one of them begins with [ or {");
        }
        if (event instanceof final ScalarEvent scalar) {
            requireWhole(scalar, source);
        }
        requireNoTag(event, source);
    }

    /** A text with half a pair can't be encoded, so that it would be shown, and kept, as something else. */
    private static void requireWhole(final ScalarEvent event, final String source) {
        event.getValue().codePoints().filter(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE)
            .findFirst().ifPresent(half -> {
                throw mistake(source, event, String.format(Locale.ROOT, "\\u%04X is half a surrogate pair: write " +
                    "the character itself, or both halves", half));
            });
    }

    private static void requireNoTag(final Event event, final String source) {
        final String tag = event instanceof final ScalarEvent scalar ? scalar.getTag() :
            event instanceof final CollectionStartEvent start ? start.getTag() : null;
        if (tag == null || tag.equals("!")) {
            return;
        }
        final String standard = tag.startsWith(STANDARD_TAGS) ? tag.substring(STANDARD_TAGS.length()) : "";
        final Pattern values = TAGGED_VALUES.get(standard);
        if (event instanceof final ScalarEvent scalar ? values == null || !values.matcher(scalar.getValue()).matches() :
            !standard.equals(event instanceof MappingStartEvent ? "map" : "seq")) {
            throw mistake(source, event, (standard.isEmpty() ? tag : "!!" + standard) + " is a tag that is not known " +
                "here: write the value itself, in quotes where it begins with !");
        }
    }

    private static IllegalArgumentException mistake(final String source, final Event event, final String text) {
        return new IllegalArgumentException(source + ':' + (event.getStartMark().getLine() + 1) + ": " + text);
    }

    /**
     * Finds where a value stands.
     *
     * @param text of a document.
     * @param path names of members and places in lists that lead to it.
     * @param name whether its name is meant, where it has one, and not the value itself.
     * @return its line, from 1; that of what is around it where it is not there; 0 where the document can't be parsed.
     */
    static int lineOf(final String text, final List<Reference> path, final boolean name) {
        final LoaderOptions options = new LoaderOptions();
        options.setNestingDepthLimit(MAX_DEPTH);
        final Node root;
        try {
            root = new Yaml(options).compose(new StringReader(text));
        } catch (final YAMLException e) {
            return 0;
        }
        Node node = root;
        int line = root == null ? 0 : line(root);
        for (final Reference part : path) {
            if (node instanceof final SequenceNode list && part.getFieldName() == null &&
                part.getIndex() >= 0 && part.getIndex() < list.getValue().size()) {
                node = list.getValue().get(part.getIndex());
                line = line(node);
            } else if (node instanceof final MappingNode mapping) {
                final NodeTuple member = member(mapping, part.getFieldName());
                if (member == null) {
                    return line;
                }
                node = member.getValueNode();
                line = line(name ? member.getKeyNode() : node);
            } else {
                return line;
            }
        }
        return line;
    }

    private static NodeTuple member(final MappingNode mapping, final String name) {
        for (final NodeTuple member : mapping.getValue()) {
            if (member.getKeyNode() instanceof final ScalarNode key && key.getValue().equals(name)) {
                return member;
            }
        }
        return null;
    }

    private static int line(final Node node) {
        return node.getStartMark().getLine() + 1;
    }
}
