package herald.recorder;

import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.nio.charset.StandardCharsets;
import java.util.Objects;

/**
 * What an event is about: tenant, namespace, kind, name and, where there is one, a URI. Immutable, and encoded once, so
 * that a reference that is kept costs nothing to record again.
 */
public final class ObjectReference {
    /** Tenant and namespace where none is said. */
    public static final String DEFAULT = "default";

    private final String tenant;
    private final String namespace;
    private final String kind;
    private final String name;
    private final String uri;
    private final DirectBuffer[] utf8;

    private ObjectReference(
        final String tenant, final String namespace, final String kind, final String name, final String uri) {
        this.tenant = Objects.requireNonNull(tenant, "tenant");
        this.namespace = Objects.requireNonNull(namespace, "namespace");
        this.kind = requireText(kind, "kind");
        this.name = requireText(name, "name");
        this.uri = Objects.requireNonNull(uri, "uri");
        this.utf8 = new DirectBuffer[] {encode(tenant), encode(namespace), encode(kind), encode(name), encode(uri)};
    }

    /**
     * A reference in the default tenant and namespace.
     *
     * @param kind for example {@code Link}.
     * @param name for example {@code eth0}.
     * @return the reference.
     */
    public static ObjectReference of(final String kind, final String name) {
        return new ObjectReference(DEFAULT, DEFAULT, kind, name, "");
    }

    /**
     * A reference in full.
     *
     * @param tenant    may be empty.
     * @param namespace may be empty.
     * @param kind      not empty.
     * @param name      not empty.
     * @param uri       may be empty.
     * @return the reference.
     */
    public static ObjectReference of(
        final String tenant, final String namespace, final String kind, final String name, final String uri) {
        return new ObjectReference(tenant, namespace, kind, name, uri);
    }

    /**
     * Reads a reference as the command line writes it.
     *
     * @param text {@code KIND/NAME}; the name may contain further slashes.
     * @return the reference, in the default tenant and namespace.
     * @throws IllegalArgumentException naming the text and the form that would be right.
     */
    public static ObjectReference parse(final String text) {
        final int slash = text.indexOf('/');
        if (slash <= 0 || slash == text.length() - 1) {
            throw new IllegalArgumentException("reference \"" + text + "\" is not of the form KIND/NAME");
        }
        return of(text.substring(0, slash), text.substring(slash + 1));
    }

    private static String requireText(final String text, final String what) {
        if (Objects.requireNonNull(text, what).isBlank()) {
            throw new IllegalArgumentException("an object reference needs a " + what);
        }
        return text;
    }

    private static DirectBuffer encode(final String text) {
        return new UnsafeBuffer(text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * The tenant.
     *
     * @return may be empty.
     */
    public String tenant() {
        return tenant;
    }

    /**
     * The namespace.
     *
     * @return may be empty.
     */
    public String namespace() {
        return namespace;
    }

    /**
     * The kind of object.
     *
     * @return not empty.
     */
    public String kind() {
        return kind;
    }

    /**
     * The object's name.
     *
     * @return not empty.
     */
    public String name() {
        return name;
    }

    /**
     * Where the object can be found.
     *
     * @return may be empty.
     */
    public String uri() {
        return uri;
    }

    DirectBuffer tenantUtf8() {
        return utf8[0];
    }

    DirectBuffer namespaceUtf8() {
        return utf8[1];
    }

    DirectBuffer kindUtf8() {
        return utf8[2];
    }

    DirectBuffer nameUtf8() {
        return utf8[3];
    }

    DirectBuffer uriUtf8() {
        return utf8[4];
    }

    @Override
    public boolean equals(final Object other) {
        return other instanceof ObjectReference that && tenant.equals(that.tenant) &&
            namespace.equals(that.namespace) && kind.equals(that.kind) && name.equals(that.name) &&
            uri.equals(that.uri);
    }

    @Override
    public int hashCode() {
        return Objects.hash(tenant, namespace, kind, name, uri);
    }

    @Override
    public String toString() {
        return kind + '/' + name;
    }
}
