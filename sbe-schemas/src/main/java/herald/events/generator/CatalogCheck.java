package herald.events.generator;

import herald.events.Severity;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Checks one catalog file against the rules of {@code docs/event-types.md}. Collects every mistake instead of stopping
 * at the first. For one file and one use.
 */
final class CatalogCheck {
    /** SBE keeps the highest number of a uint16 for null. */
    static final int MAX_NUMBER = 65_534;

    private static final Pattern SERVICE = Pattern.compile("[a-z][a-z0-9]*");
    private static final Pattern CAMEL_CASE = Pattern.compile("([A-Z][a-z0-9]+)+");
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,5}");
    private static final String SEVERITIES = "DEBUG, INFO, WARN or CRITICAL";
    private static final String IGNORE_ATTRIBUTES = "herald:ignoreAttributes";
    private static final int MAX_IGNORED_LENGTH = 1900;
    private static final List<String> TYPE_ATTRIBUTES =
        List.of("herald:severity", "herald:category", "herald:suppressedInMaintenance", IGNORE_ATTRIBUTES);

    private final Path file;
    private final String service;
    private final List<Problem> problems;
    private final List<Catalog.Type> types = new ArrayList<>();
    private final Map<String, Integer> linesByName = new HashMap<>();
    private final Map<Integer, String> namesByNumber = new HashMap<>();
    private final TreeSet<Integer> retired = new TreeSet<>();
    private int nextFree;

    CatalogCheck(final Path file, final List<Problem> problems) {
        this.file = file;
        this.service = file.getFileName().toString().replaceFirst("\\.xml$", "");
        this.problems = problems;
    }

    /**
     * Checks the file.
     *
     * @param root        of the file.
     * @param handWritten source directory that the generated class must not clash with.
     * @return the catalog, of use only where no problem was added.
     */
    Catalog check(final XmlElement root, final Path handWritten) {
        if (!SERVICE.matcher(service).matches()) {
            problem(root, "\"" + service + "\" is no name for a service",
                "name the file in small letters and digits, such as network.xml");
        } else if (Files.exists(handWritten.resolve("herald/events/" + Catalog.className(service) + ".java"))) {
            problem(root, "the generated class would clash with the hand-written " + Catalog.className(service),
                "give the service another name");
        }
        final String packageName = "herald.catalogs." + service;
        if (!packageName.equals(root.attributes().get("package"))) {
            problem(root, "the schema's package is not the service's", "write package=\"" + packageName + "\"");
        }
        final List<XmlElement> enums = root.children("types").flatMap(section -> section.children("enum"))
            .filter(element -> "EventType".equals(element.attributes().get("name"))).toList();
        if (enums.size() != 1) {
            problem(root, "the schema has " + enums.size() + " enums with the name EventType",
                "write exactly one <enum name=\"EventType\" encodingType=\"uint16\"> within <types>");
        } else {
            checkEnum(enums.get(0));
        }
        types.sort(Comparator.comparingInt(Catalog.Type::number));
        return new Catalog(service, types);
    }

    private void checkEnum(final XmlElement element) {
        if (!"uint16".equals(element.attributes().get("encodingType"))) {
            problem(element, "the encodingType of EventType is not uint16", "write encodingType=\"uint16\"");
        }
        checkOwnAttributes(element, List.of("herald:retired"));
        checkRetired(element);
        final List<XmlElement> entries = element.children("validValue").toList();
        nextFree = nextFree(entries);
        entries.forEach(this::checkType);
    }

    private void checkRetired(final XmlElement element) {
        final String list = element.attributes().getOrDefault("herald:retired", "").trim();
        for (final String word : list.isEmpty() ? new String[0] : list.split("\\s+")) {
            if (!isNumber(word)) {
                problem(element, "herald:retired names \"" + word + "\", which is no number from 0 to " + MAX_NUMBER,
                    "write numbers with spaces between them, such as herald:retired=\"7 9\"");
            } else if (!retired.add(Integer.parseInt(word))) {
                problem(element, "herald:retired names " + word + " twice", "delete one of the two");
            }
        }
    }

    /** Above every number that is or was in use; where that is past the end, the lowest that never was. */
    private int nextFree(final List<XmlElement> entries) {
        final TreeSet<Integer> taken = new TreeSet<>(retired);
        entries.stream().map(XmlElement::text).filter(CatalogCheck::isNumber).map(Integer::valueOf).forEach(taken::add);
        int free = taken.isEmpty() ? 0 : taken.last() + 1;
        if (free > MAX_NUMBER) {
            free = 0;
            while (taken.contains(free)) {
                free++;
            }
        }
        return free;
    }

    private void checkType(final XmlElement element) {
        final int before = problems.size();
        checkOwnAttributes(element, TYPE_ATTRIBUTES);
        final String name = required(element, "name", "write a name in CamelCase, such as LinkUp");
        final String shown = name == null ? "the type" : name;
        if (name != null) {
            checkName(element, name);
        }
        checkNumber(element, shown);
        final String description =
            required(element, "description", "say in one sentence what such an event tells");
        final String severity =
            required(element, "herald:severity", "write herald:severity with " + SEVERITIES);
        if (severity != null && Arrays.stream(Severity.values()).noneMatch(s -> s.name().equals(severity))) {
            problem(element, "herald:severity of " + shown + " is \"" + severity + "\"", "write " + SEVERITIES);
        }
        final String category =
            required(element, "herald:category", "write herald:category with one word, such as Network");
        if (category != null && !CAMEL_CASE.matcher(category).matches()) {
            problem(element, "herald:category of " + shown + " is \"" + category + "\"",
                "write one word in CamelCase, such as Network");
        }
        final String suppressed = required(element, "herald:suppressedInMaintenance",
            "write herald:suppressedInMaintenance with true or false");
        if (suppressed != null && !"true".equals(suppressed) && !"false".equals(suppressed)) {
            problem(element, "herald:suppressedInMaintenance of " + shown + " is \"" + suppressed + "\"",
                "write true or false");
        }
        final List<String> ignored = ignoredAttributes(element, shown);
        if (problems.size() == before) {
            types.add(new Catalog.Type(Integer.parseInt(element.text()), name, description.replaceAll("\\s+", " "),
                Severity.valueOf(severity), category, Boolean.parseBoolean(suppressed), ignored));
        }
    }

    /** The one attribute of a type that may be missing. */
    private List<String> ignoredAttributes(final XmlElement element, final String name) {
        final String said = element.attributes().get(IGNORE_ATTRIBUTES);
        if (said == null) {
            return List.of();
        }
        if (said.isBlank()) {
            problem(element, IGNORE_ATTRIBUTES + " of " + name + " is empty",
                "write names or globs with spaces between them, such as \"pid x-*\", or leave it out");
            return List.of();
        }
        if (said.getBytes(StandardCharsets.UTF_8).length >= MAX_IGNORED_LENGTH) {
            problem(element, IGNORE_ATTRIBUTES + " of " + name + " is longer than " + MAX_IGNORED_LENGTH + " bytes",
                "write fewer or shorter patterns");
        }
        return List.of(said.trim().split("\\s+"));
    }

    private void checkName(final XmlElement element, final String name) {
        if (!CAMEL_CASE.matcher(name).matches()) {
            problem(element, "the name \"" + name + "\" is not CamelCase",
                "begin each word with one capital and go on in small letters or digits, such as LinkUp");
        }
        if ("Catalog".equals(name)) {
            problem(element, "the name Catalog is reserved: the generated class has a constant CATALOG",
                "give the type another name");
        }
        final Integer other = linesByName.putIfAbsent(name, element.line());
        if (other != null) {
            problem(element, "the name " + name + " is taken by line " + other,
                "give the type another name, or delete one of the two");
        }
    }

    private void checkNumber(final XmlElement element, final String name) {
        final String takeNext = "take " + nextFree + ", the next free number";
        if (!isNumber(element.text())) {
            problem(element, "the number of " + name + " is \"" + element.text() + "\", which is none from 0 to "
                + MAX_NUMBER, takeNext);
            return;
        }
        final Integer number = Integer.valueOf(element.text());
        final String other = namesByNumber.putIfAbsent(number, name);
        if (other != null) {
            problem(element, "the number " + number + " of " + name + " is taken by " + other, takeNext);
        }
        if (retired.contains(number)) {
            problem(element, "the number " + number + " of " + name + " is retired", takeNext);
        }
    }

    private String required(final XmlElement element, final String attribute, final String remedy) {
        final String value = element.attributes().getOrDefault(attribute, "").trim();
        if (value.isEmpty()) {
            final String type = element.attributes().getOrDefault("name", "type " + element.text());
            problem(element, type + " has a gap in the required attribute " + attribute, remedy);
            return null;
        }
        return value;
    }

    private void checkOwnAttributes(final XmlElement element, final List<String> known) {
        for (final String attribute : element.attributes().keySet()) {
            if (attribute.startsWith("herald:") && !known.contains(attribute)) {
                problem(element, attribute + " means nothing on <" + element.name() + ">",
                    "only " + String.join(", ", known) + " may stand there");
            }
        }
    }

    private void problem(final XmlElement element, final String what, final String remedy) {
        problems.add(new Problem(file, element.line(), what, remedy));
    }

    private static boolean isNumber(final String text) {
        return NUMBER.matcher(text).matches() && Integer.parseInt(text) <= MAX_NUMBER;
    }
}
