package herald.http;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One path of a {@link JsonServer}, and what may be done there. Built before the server starts, and not changed then.
 */
public final class Resource {
    /** Answers a request. Blocking is fine, unless the resource is {@link #quick()}. */
    @FunctionalInterface
    public interface Operation {
        /**
         * Answers.
         *
         * @param request of a client.
         * @return what it gets.
         * @throws RefusedException where the client gets a status instead.
         * @throws IOException      where something is wrong on this side: the client gets 500.
         */
        JsonAnswer answer(JsonRequest request) throws RefusedException, IOException;
    }

    /** Looks at a request before its body is read. Must not block. */
    @FunctionalInterface
    public interface Check {
        /**
         * Looks at a request.
         *
         * @param request without its body.
         * @throws RefusedException where it is refused.
         */
        void require(JsonRequest request) throws RefusedException;
    }

    private final String path;
    private final String segment;
    private final boolean slash;
    private final Map<String, Operation> operations = new LinkedHashMap<>();
    private final List<Check> checks = new ArrayList<>();
    private List<String> parameters = List.of();
    private String mayBeEmpty = "";
    private boolean quick;

    private Resource(final String path, final String segment, final boolean slash) {
        this.path = path;
        this.segment = segment;
        this.slash = slash;
    }

    /**
     * A resource with a path of its own.
     *
     * @param path from the first slash.
     * @return the resource, without operations.
     */
    public static Resource at(final String path) {
        return new Resource(path, "", false);
    }

    /**
     * A resource that lists others: its path may have a slash at its end.
     *
     * @param path from the first slash.
     * @return the resource, without operations.
     */
    public static Resource listAt(final String path) {
        return new Resource(path, "", true);
    }

    /**
     * The resources right below a path.
     *
     * @param path    from the first slash, without the last one.
     * @param segment how messages call the segment that follows, such as {@code NAME}.
     * @return the resource, without operations.
     */
    public static Resource below(final String path, final String segment) {
        return new Resource(path + '/', segment, false);
    }

    /**
     * Lets it be asked for, by GET and HEAD.
     *
     * @param operation that answers.
     * @return this.
     */
    public Resource get(final Operation operation) {
        operations.put("GET", operation);
        return this;
    }

    /**
     * Lets it be put. The request has a body.
     *
     * @param operation that answers.
     * @return this.
     */
    public Resource put(final Operation operation) {
        operations.put("PUT", operation);
        return this;
    }

    /**
     * Lets it be deleted.
     *
     * @param operation that answers.
     * @return this.
     */
    public Resource delete(final Operation operation) {
        operations.put("DELETE", operation);
        return this;
    }

    /**
     * Has all requests looked at, whatever their method.
     *
     * @param check that may refuse them.
     * @return this.
     */
    public Resource checkedBy(final Check check) {
        checks.add(check);
        return this;
    }

    /**
     * Takes parameters; without this there are none. One without a value is refused: a script whose variable is not set
     * would get what it did not ask for.
     *
     * @param names of them.
     * @return this.
     */
    public Resource parameters(final List<String> names) {
        parameters = List.copyOf(names);
        return this;
    }

    /**
     * Takes one parameter without a value too, for scripts that begin with none.
     *
     * @param name of it.
     * @return this.
     */
    public Resource mayBeEmpty(final String name) {
        mayBeEmpty = name;
        return this;
    }

    /**
     * Says that no operation blocks or takes long, so that they are answered while others wait for their turn.
     *
     * @return this.
     */
    public Resource quick() {
        quick = true;
        return this;
    }

    boolean isQuick() {
        return quick;
    }

    /** As an error says what there is. */
    String shownPath() {
        return path + segment;
    }

    /** Null where a path is none of this resource; empty where it is, and has no name. */
    String nameIn(final String wanted) {
        if (segment.isEmpty()) {
            return wanted.equals(path) || (slash && wanted.equals(path + '/')) ? "" : null;
        }
        final String name = wanted.startsWith(path) ? wanted.substring(path.length()) : "";
        return name.isEmpty() || name.indexOf('/') >= 0 ? null : name;
    }

    void check(final JsonRequest request) throws RefusedException {
        for (final Check check : checks) {
            check.require(request);
        }
    }

    Operation operation(final JsonRequest request) throws RefusedException {
        final String method = request.method();
        final Operation operation = operations.get("HEAD".equals(method) ? "GET" : method);
        if (operation == null) {
            final String allowed = String.join(", ", operations.keySet());
            throw new RefusedException(405, method + " is not what " + shownPath() + " can do: it must be " +
                allowed, "Allow", operations.containsKey("GET") ? allowed + ", HEAD" : allowed);
        }
        return operation;
    }

    void requireParameters(final JsonRequest request) throws RefusedException {
        for (final Map.Entry<String, String> parameter : request.parameters().entrySet()) {
            final String name = parameter.getKey();
            if (!parameters.contains(name)) {
                throw new RefusedException(400, "there is no parameter \"" + name + "\": " + (parameters.isEmpty() ?
                    shownPath() + " takes none" : "there are " + String.join(", ", parameters)));
            }
            if (parameter.getValue().isBlank() && !name.equals(mayBeEmpty)) {
                throw new RefusedException(400, name + " is empty: give it a value, or leave it out");
            }
        }
    }
}
