package herald.tools.config;

import herald.engine.EventProxy;
import herald.engine.ThreadingMode;
import herald.event.EventFilter;
import herald.io.PathText;
import herald.link.Endpoint;
import herald.link.Profile;
import herald.receiver.RemoteListener;
import herald.seal.SharedKey;
import herald.stage.Durability;
import herald.writer.EventWriterFactory;
import herald.writer.EventWriters;
import herald.writer.WriterSpec;
import herald.writers.venice.VeniceWriterFactory;
import picocli.CommandLine.ITypeConverter;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Fills a proxy's context from {@code herald.yaml}. Names the setting where a value is wrong.
 */
public final class ProxyConfig {
    private static final long NS_PER_MS = 1_000_000L;
    private final ITypeConverter<Duration> durations;
    private final ITypeConverter<Long> sizes;

    /**
     * With the forms of values that the command line takes too.
     *
     * @param durations reads times.
     * @param sizes     reads lengths in bytes.
     */
    public ProxyConfig(final ITypeConverter<Duration> durations, final ITypeConverter<Long> sizes) {
        this.durations = durations;
        this.sizes = sizes;
    }

    /**
     * Applies everything that a file says.
     *
     * @param file    as read.
     * @param context to fill.
     * @throws IllegalArgumentException naming setting, value and what would be right.
     */
    public void apply(final ConfigFile file, final EventProxy.Context context) {
        ifSaid(file.node(), context::node);
        ifSaid(file.dataDir(), text -> context.dataDir(PathText.parse("data-dir", text)));
        ifSaid(file.aeronDir(),
            text -> context.aeronDirectoryName(PathText.parse("aeron-dir", text).toString()));
        ifSaid(file.group(), context::group);
        if (file.aeron() != null) {
            ifSaid(file.aeron().driverTimeout(),
                text -> context.driverTimeoutMs(nanos("aeron.driver-timeout", text) / NS_PER_MS));
            ifSaid(file.aeron().external(), context::externalDriver);
        }
        ifSaid(file.durability(), text -> context.durability(choice("durability", text, List.of(Durability.values()))));
        ifSaid(file.forceInterval(), text -> context.forceIntervalNs(nanos("force-interval", text)));
        ifSaid(file.profile(), text -> context.profile(Profile.parse(text)));
        ifSaid(file.threading(), text -> context.threadingMode(
            choice("threading", text, List.of(ThreadingMode.SHARED, ThreadingMode.DEDICATED))));
        if (file.dedup() != null) {
            ifSaid(file.dedup().interval(), text -> context.dedupIntervalNs(nanos("dedup.interval", text)));
            ifSaid(file.dedup().keys(), context::dedupKeyLimit);
            ifSaid(file.dedup().indexKeys(), context::dedupIndexLimit);
            ifSaid(file.dedup().ignoreAttributes(), patterns -> ignoreAttributes(patterns, context));
        }
        if (file.batch() != null) {
            ifSaid(file.batch().interval(), text -> context.batchIntervalNs(nanos("batch.interval", text)));
            ifSaid(file.batch().length(), text -> context.batchLengthLimit(length("batch.length", text)));
        }
        if (file.event() != null) {
            ifSaid(file.event().maxLength(), text -> context.maxEventLength(length("event.max-length", text)));
        }
        applyLogs(file, context);
        if (file.spool() != null) {
            ifSaid(file.spool().age(), text -> context.spoolAgeNs(nanos("spool.age", text)));
        }
        if (file.remote() != null) {
            context.remoteListener(listener(file.remote()));
        }
    }

    private static void ignoreAttributes(final List<String> patterns, final EventProxy.Context context) {
        try {
            context.dedupIgnoredAttributes(patterns);
        } catch (final IllegalArgumentException e) {
            throw new IllegalArgumentException("dedup.ignore-attributes: " + e.getMessage(), e);
        }
    }

    private static RemoteListener listener(final ConfigFile.Remote remote) {
        if (remote.listen() == null || remote.keyFile() == null) {
            throw new IllegalArgumentException("remote." + (remote.listen() == null ? "listen" : "key-file") +
                " is missing: remote recorders need listen: HOST:PORT and key-file: FILE");
        }
        final Endpoint endpoint = Endpoint.parse("remote.listen", remote.listen());
        if (endpoint.port() == 0) {
            throw new IllegalArgumentException("remote.listen is \"" + remote.listen() +
                "\": it must have a port that recorders can know, such as 4810");
        }
        try {
            return new RemoteListener(
                endpoint, SharedKey.read(PathText.parse("it", remote.keyFile())), new SecureRandom());
        } catch (final IllegalArgumentException e) {
            throw new IllegalArgumentException("remote.key-file: " + e.getMessage(), e);
        }
    }

    /**
     * Says a mistake that a context found in the words of the file.
     *
     * @param message of the context.
     * @return the same with the names of settings.
     */
    public static String inSettings(final String message) {
        return SettingMessages.translate(message);
    }

    private void applyLogs(final ConfigFile file, final EventProxy.Context context) {
        if (file.journal() != null) {
            ifSaid(file.journal().segment(), text -> context.journalSegmentLength(length("journal.segment", text)));
            ifSaid(file.journal().retention(),
                text -> context.journalRetentionLength(size("journal.retention", text)));
            ifSaid(file.journal().age(), text -> context.journalRetentionNs(nanos("journal.age", text)));
        }
        if (file.dispatch() != null) {
            ifSaid(file.dispatch().segment(), text -> context.dispatchSegmentLength(length("dispatch.segment", text)));
            ifSaid(file.dispatch().retention(),
                text -> context.dispatchRetentionLength(size("dispatch.retention", text)));
            ifSaid(file.dispatch().age(), text -> {
                throw new IllegalArgumentException("dispatch.age is no setting: the dispatch log is released by " +
                    "length, see dispatch.retention");
            });
        }
    }

    /**
     * Adds a writer.
     *
     * @param writer  as the file says.
     * @param context to add it to.
     * @throws IllegalArgumentException naming setting, value and what would be right.
     */
    public void addWriter(final ConfigFile.Writer writer, final EventProxy.Context context) {
        if (writer == null || writer.spec() == null) {
            throw new IllegalArgumentException("a writer has no spec: write spec: file:PATH, for example");
        }
        final WriterSpec parsed = WriterSpec.parse(writer.spec());
        final String name = writer.name() == null ? parsed.name() : writer.name();
        final Map<String, String> options = writer.options() == null ? Map.of() : writer.options();
        options.forEach((option, value) -> {
            if (value == null) {
                throw new IllegalArgumentException("option " + option + " of writer " + name +
                    " has no value: write one or leave it out");
            }
        });
        if (writer.targets() == null) {
            addWriter(new WriterSpec(name, parsed.scheme(), parsed.target(), options), writer, context);
            return;
        }
        checkTargets(writer, name, parsed);
        for (final String target : writer.targets()) {
            addWriter(new WriterSpec(TargetName.of(name, target), parsed.scheme(), target, options), writer, context);
        }
    }

    private static void checkTargets(final ConfigFile.Writer writer, final String name, final WriterSpec parsed) {
        if (!parsed.target().isEmpty()) {
            throw new IllegalArgumentException("writer " + name + " has a target in its spec, \"" + writer.spec() +
                "\", and targets too: write spec: " + parsed.scheme());
        }
        if (writer.targets().isEmpty() || writer.targets().contains(null)) {
            throw new IllegalArgumentException("targets of writer " + name + " has no target: write at least one, " +
                "such as - tls://logs.example.com:6514");
        }
        for (int i = 0; i < writer.targets().size(); i++) {
            final int first = writer.targets().indexOf(writer.targets().get(i));
            if (first < i) {
                throw new IllegalArgumentException("targets[" + (i + 1) + "] of writer " + name +
                    " is a duplicate of targets[" + (first + 1) + "], \"" + writer.targets().get(i) +
                    "\": leave it out");
            }
        }
    }

    /** Where nothing else is said, the proxy's own media driver carries what goes to a manager. */
    private static WriterSpec withMediaDriver(final WriterSpec spec, final EventProxy.Context context) {
        if (!"venice".equals(spec.scheme()) || "ipc".equals(spec.target()) ||
            spec.options().containsKey(VeniceWriterFactory.AERON_DIR)) {
            return spec;
        }
        final Map<String, String> options = new LinkedHashMap<>(spec.options());
        options.put(VeniceWriterFactory.AERON_DIR, context.mediaDriverDirectory());
        return new WriterSpec(spec.name(), spec.scheme(), spec.target(), options);
    }

    private static void addWriter(
        final WriterSpec said, final ConfigFile.Writer writer, final EventProxy.Context context) {
        final WriterSpec spec = withMediaDriver(said, context);
        final EventWriterFactory factory = EventWriters.factory(spec);
        if (!spec.name().matches("[a-z0-9-]{1," + WriterSpec.MAX_NAME_LENGTH + '}')) {
            throw new IllegalArgumentException("writer name \"" + spec.name() + "\" must be 1 to " +
                WriterSpec.MAX_NAME_LENGTH + " lower-case letters, digits and dashes");
        }
        context.writer(factory.create(spec), filter(writer.filter(), spec.name()),
            startsAtOldest(writer.start(), factory, spec));
    }

    private static boolean startsAtOldest(
        final String start, final EventWriterFactory factory, final WriterSpec spec) {
        if (start == null) {
            return factory.startsAtOldest(spec);
        }
        return switch (start) {
            case "oldest" -> true;
            case "end" -> false;
            default -> throw new IllegalArgumentException(
                "start of writer " + spec.name() + " is \"" + start + "\": it must be oldest or end");
        };
    }

    private static EventFilter filter(final FilterSettings said, final String writer) {
        try {
            return FilterSettings.filter(said);
        } catch (final IllegalArgumentException e) {
            throw new IllegalArgumentException("filter of writer " + writer + ": " + e.getMessage(), e);
        }
    }

    private static <T> void ifSaid(final T value, final Consumer<T> setter) {
        if (value != null) {
            setter.accept(value);
        }
    }

    private static <E extends Enum<E>> E choice(final String setting, final String text, final List<E> choices) {
        for (final E choice : choices) {
            if (choice.name().equalsIgnoreCase(text)) {
                return choice;
            }
        }
        throw new IllegalArgumentException(setting + " is \"" + text + "\": it must be one of " +
            choices.toString().toLowerCase(Locale.ROOT));
    }

    private long nanos(final String setting, final String text) {
        return convert(setting, text, durations).toNanos();
    }

    private long size(final String setting, final String text) {
        return convert(setting, text, sizes);
    }

    private int length(final String setting, final String text) {
        final long bytes = size(setting, text);
        if (bytes > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(setting + " is \"" + text + "\": it must be below 2 GiB");
        }
        return (int)bytes;
    }

    private static <T> T convert(final String setting, final String text, final ITypeConverter<T> converter) {
        try {
            return converter.convert(text);
        } catch (final Exception e) {
            throw new IllegalArgumentException(setting + ": " + e.getMessage(), e);
        }
    }
}
