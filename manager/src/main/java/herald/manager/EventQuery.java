package herald.manager;

import herald.events.Severity;
import herald.io.TimeText;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.document.IntField;
import org.apache.lucene.document.LongField;
import org.apache.lucene.index.Term;
import org.apache.lucene.queryparser.simple.SimpleQueryParser;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.FieldDoc;
import org.apache.lucene.search.MatchAllDocsQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.Sort;
import org.apache.lucene.search.SortField;
import org.apache.lucene.search.SortedNumericSelector;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.WildcardQuery;
import org.apache.lucene.util.automaton.TooComplexToDeterminizeException;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What {@code GET /events/v1/events} asks for. A wrong parameter is an {@link IllegalArgumentException} that names it,
 * its value and what would be right.
 *
 * @param query  that events have to match.
 * @param sort   of the answer.
 * @param limit  of events in it.
 * @param cursor behind which it begins, without its document; null at the beginning.
 */
record EventQuery(Query query, Sort sort, int limit, FieldDoc cursor) {
    private static final int DEFAULT_LIMIT = 100;
    private static final int MAX_LIMIT = 1000;
    private static final Pattern PLACE = Pattern.compile("(-?\\d{1,19}) ([0-9a-f-]{36})");
    /** Of {@code *} and {@code ?} in one parameter: what they match grows with each. */
    private static final int MAX_WILDCARDS = 8;
    /** A time whose offset has a space for its plus: in a query that is not escaped, a plus is a space. */
    private static final Pattern LOST_PLUS = Pattern.compile("(.*\\d:\\d{2}(?:[.,]\\d+)?) (\\d{2}:?\\d{2})");
    private static final int MAX_WORDS = 64;
    private static final int MAX_DEPTH = 8;
    private static final int MAX_SHOWN = 100;
    /** What {@code q} may hold: as it is documented. A search for similar words takes what nobody can foresee. */
    private static final int OPERATORS = SimpleQueryParser.AND_OPERATOR | SimpleQueryParser.NOT_OPERATOR |
        SimpleQueryParser.OR_OPERATOR | SimpleQueryParser.PREFIX_OPERATOR | SimpleQueryParser.PHRASE_OPERATOR |
        SimpleQueryParser.PRECEDENCE_OPERATORS | SimpleQueryParser.ESCAPE_OPERATOR |
        SimpleQueryParser.WHITESPACE_OPERATOR;
    /** Of the next page; a script may begin with an empty one. */
    static final String CURSOR = "cursor";
    /** All that there are. */
    static final List<String> PARAMETERS = List.of("type", "severity", "component", "node", "tenant", "ref",
        "q", "from", "to", "limit", CURSOR, "sort");

    /**
     * Reads the parameters.
     *
     * @param parameters by name.
     * @param analyzer   of messages.
     * @param nowNs      wall clock, ns since the epoch.
     * @return the query.
     */
    static EventQuery of(final Map<String, String> parameters, final Analyzer analyzer, final long nowNs) {
        final BooleanQuery.Builder all = new BooleanQuery.Builder();
        all.add(new MatchAllDocsQuery(), BooleanClause.Occur.FILTER);
        glob(all, "type", EventFields.TYPE, parameters.get("type"));
        glob(all, "component", EventFields.COMPONENT, parameters.get("component"));
        term(all, EventFields.NODE, parameters.get("node"));
        term(all, EventFields.TENANT, parameters.get("tenant"));
        term(all, EventFields.REF, reference(parameters.get("ref")));
        final String severity = parameters.get("severity");
        if (severity != null) {
            all.add(IntField.newRangeQuery(EventFields.SEVERITY, Severity.parse(severity).code(), Integer.MAX_VALUE),
                BooleanClause.Occur.FILTER);
        }
        words(all, parameters.get("q"), analyzer);
        if (parameters.containsKey("from") || parameters.containsKey("to")) {
            all.add(LongField.newRangeQuery(EventFields.TIME,
                time("from", parameters.get("from"), nowNs, Long.MIN_VALUE),
                time("to", parameters.get("to"), nowNs, Long.MAX_VALUE)), BooleanClause.Occur.FILTER);
        }
        return new EventQuery(all.build(), sort(parameters.get("sort")), limit(parameters.get("limit")),
            cursor(parameters.get(CURSOR)));
    }

    private static void glob(
        final BooleanQuery.Builder all, final String name, final String field, final String text) {
        if (text == null) {
            return;
        }
        if (!text.contains("*") && !text.contains("?")) {
            term(all, field, text);
            return;
        }
        requireAtMost(MAX_WILDCARDS, text.chars().filter(c -> c == '*' || c == '?').count(), name, text,
            "wildcards (* and ?): leave some out, or ask for a part and use other parameters");
        try {
            all.add(new WildcardQuery(new Term(field, text)), BooleanClause.Occur.FILTER);
        } catch (final TooComplexToDeterminizeException e) {
            throw new IllegalArgumentException(name + " is \"" + shown(text) + "\": its wildcards match in too many " +
                "ways; leave some out", e);
        }
    }

    private static void requireAtMost(
        final int most, final long found, final String name, final String text, final String what) {
        if (found > most) {
            throw new IllegalArgumentException(name + " is \"" + shown(text) + "\": it has " + found +
                " and may have " + most + ' ' + what);
        }
    }

    private static String shown(final String text) {
        return text.length() <= MAX_SHOWN ? text : text.substring(0, MAX_SHOWN) + "...";
    }

    private static void words(final BooleanQuery.Builder all, final String text, final Analyzer analyzer) {
        if (text == null) {
            return;
        }
        requireAtMost(MAX_DEPTH, depth(text), "q", text, "parentheses within each other: leave some out");
        requireAtMost(MAX_WILDCARDS, text.chars().filter(c -> c == '*').count(), "q", text,
            "wildcards (*): leave some out");
        requireAtMost(MAX_WORDS, count(analyzer, text), "q", text, "words: leave some out");
        final SimpleQueryParser parser =
            new SimpleQueryParser(analyzer, Map.of(EventFields.MESSAGE, 1.0f), OPERATORS);
        parser.setDefaultOperator(BooleanClause.Occur.MUST);
        all.add(parser.parse(text), BooleanClause.Occur.FILTER);
    }

    private static int depth(final String text) {
        int depth = 0;
        int deepest = 0;
        for (int i = 0; i < text.length(); i++) {
            final char c = text.charAt(i);
            if (c == '(') {
                depth++;
            } else if (c == ')' && depth > 0) {
                depth--;
            }
            deepest = Math.max(deepest, depth);
        }
        return deepest;
    }

    /** As messages are cut into words: what looks like one may be many. */
    private static int count(final Analyzer analyzer, final String text) {
        try (TokenStream tokens = analyzer.tokenStream(EventFields.MESSAGE, text)) {
            int count = 0;
            tokens.reset();
            while (tokens.incrementToken()) {
                count++;
            }
            tokens.end();
            return count;
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void term(final BooleanQuery.Builder all, final String field, final String text) {
        if (text != null) {
            all.add(new TermQuery(new Term(field, EventFields.keyword(text))), BooleanClause.Occur.FILTER);
        }
    }

    private static String reference(final String text) {
        final int slash = text == null ? 0 : text.indexOf('/');
        if (text != null && (slash < 0 || text.substring(0, slash).isBlank() || text.substring(slash + 1).isBlank())) {
            throw new IllegalArgumentException("ref is \"" + shown(text) + "\": it must be KIND/NAME, such as " +
                "Node/web-1");
        }
        return text;
    }

    private static long time(final String name, final String text, final long nowNs, final long open) {
        if (text == null) {
            return open;
        }
        try {
            return TimeText.isDuration(text) ? nowNs - TimeText.duration(text).toNanos() :
                TimeText.epochNs(LOST_PLUS.matcher(text).replaceFirst("$1+$2"));
        } catch (final IllegalArgumentException e) {
            throw new IllegalArgumentException(name + " is \"" + text + "\": it must be a time such as " +
                "2026-11-24T13:25:55Z, or how long ago, such as 10m", e);
        }
    }

    private static Sort sort(final String text) {
        final String sort = text == null ? "-time" : text;
        if (!sort.equals("time") && !sort.equals("-time")) {
            throw new IllegalArgumentException("sort is \"" + text + "\": it must be time, oldest first, or -time");
        }
        final boolean newestFirst = sort.equals("-time");
        return new Sort(
            LongField.newSortField(EventFields.TIME, newestFirst, SortedNumericSelector.Type.MIN),
            new SortField(EventFields.ID_HIGH, SortField.Type.LONG, newestFirst),
            new SortField(EventFields.ID_LOW, SortField.Type.LONG, newestFirst));
    }

    private static int limit(final String text) {
        if (text == null) {
            return DEFAULT_LIMIT;
        }
        if (!text.matches("\\d{1,4}") || Integer.parseInt(text) < 1 || Integer.parseInt(text) > MAX_LIMIT) {
            throw new IllegalArgumentException("limit is \"" + text + "\": it must be from 1 to " + MAX_LIMIT);
        }
        return Integer.parseInt(text);
    }

    private static FieldDoc cursor(final String text) {
        if (text == null || text.isBlank()) {
            return null;
        }
        try {
            final Matcher place = PLACE.matcher(
                new String(Base64.getUrlDecoder().decode(text), StandardCharsets.US_ASCII));
            if (place.matches()) {
                final UUID id = UUID.fromString(place.group(2));
                return new FieldDoc(0, Float.NaN, new Object[] {
                    Long.valueOf(place.group(1)), id.getMostSignificantBits(), id.getLeastSignificantBits()});
            }
        } catch (final IllegalArgumentException e) {
            throw new IllegalArgumentException(wrongCursor(text), e);
        }
        throw new IllegalArgumentException(wrongCursor(text));
    }

    private static String wrongCursor(final String text) {
        return "cursor is \"" + text + "\": it must be the meta.cursor of the answer before";
    }

    /** Where an answer ended that ends with a document. */
    static String cursorBehind(final FieldDoc last) {
        final UUID id = new UUID((Long)last.fields[1], (Long)last.fields[2]);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(
            (last.fields[0] + " " + id).getBytes(StandardCharsets.US_ASCII));
    }
}
