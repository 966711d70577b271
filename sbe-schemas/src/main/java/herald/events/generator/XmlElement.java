package herald.events.generator;

import org.xml.sax.Attributes;
import org.xml.sax.Locator;
import org.xml.sax.SAXException;
import org.xml.sax.SAXParseException;
import org.xml.sax.helpers.DefaultHandler;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.parsers.SAXParserFactory;

/**
 * An element of a catalog file that knows its line. Includes are left as they stand.
 *
 * @param name       without prefix.
 * @param line       where the element begins, from 1.
 * @param attributes by name; those of the catalog's own namespace as {@code herald:severity}, whatever prefix the file
 *                   gave it; those of other namespaces are left out.
 * @param content    the text directly within.
 * @param children   the elements directly within.
 */
record XmlElement(
    String name, int line, Map<String, String> attributes, StringBuilder content, List<XmlElement> children) {

    static final String NAMESPACE = "https://herald-events.github.io/catalog";

    /**
     * Reads a file.
     *
     * @param file to read.
     * @return its root.
     * @throws SAXParseException where it is not well-formed or mistakes the catalog's namespace, with the line.
     * @throws IOException       where it can't be read.
     */
    static XmlElement read(final Path file) throws SAXException, IOException {
        final Reader reader = new Reader(Files.readAllLines(file));
        try {
            final SAXParserFactory factory = SAXParserFactory.newInstance();
            factory.setNamespaceAware(true);
            factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
            factory.newSAXParser().parse(file.toFile(), reader);
        } catch (final ParserConfigurationException e) {
            throw new IllegalStateException(e);
        }
        return reader.root;
    }

    String text() {
        return content.toString().trim();
    }

    Stream<XmlElement> children(final String childName) {
        return children.stream().filter(child -> child.name.equals(childName));
    }

    /**
     * Builds the tree while the parser walks the file.
     */
    private static final class Reader extends DefaultHandler {
        private final List<String> lines;
        private final Deque<XmlElement> open = new ArrayDeque<>();
        private Locator locator;
        private XmlElement root;

        Reader(final List<String> lines) {
            this.lines = lines;
        }

        @Override
        public void setDocumentLocator(final Locator locator) {
            this.locator = locator;
        }

        @Override
        public void startPrefixMapping(final String prefix, final String uri) throws SAXException {
            if ("herald".equals(prefix) && !NAMESPACE.equals(uri)) {
                throw new SAXParseException("xmlns:herald is \"" + uri + "\" instead of \"" + NAMESPACE + '"', locator);
            }
        }

        @Override
        public void startElement(
            final String uri, final String localName, final String qName, final Attributes attributes) {
            final XmlElement element = new XmlElement(
                localName, firstLine(qName), named(attributes), new StringBuilder(), new ArrayList<>());
            if (open.isEmpty()) {
                root = element;
            } else {
                open.peek().children.add(element);
            }
            open.push(element);
        }

        @Override
        public void characters(final char[] chars, final int start, final int length) {
            open.element().content.append(chars, start, length);
        }

        @Override
        public void endElement(final String uri, final String localName, final String qName) {
            open.pop();
        }

        /** The parser knows where a start tag ends: its author looks for where it begins. */
        private int firstLine(final String qName) {
            final int end = locator.getLineNumber();
            int line = end;
            while (line > 0 && !lines.get(line - 1).contains("<" + qName)) {
                line--;
            }
            return line > 0 ? line : end;
        }

        private static Map<String, String> named(final Attributes attributes) {
            final Map<String, String> named = new LinkedHashMap<>();
            for (int i = 0; i < attributes.getLength(); i++) {
                final String uri = attributes.getURI(i);
                if (uri.isEmpty()) {
                    named.put(attributes.getLocalName(i), attributes.getValue(i));
                } else if (NAMESPACE.equals(uri)) {
                    named.put("herald:" + attributes.getLocalName(i), attributes.getValue(i));
                }
            }
            return named;
        }
    }
}
