package herald.writers.venice;

import herald.io.PathText;
import herald.link.Endpoint;
import herald.link.HeraldDirectory;
import herald.seal.SharedKey;
import herald.writer.EventWriter;
import herald.writer.EventWriterFactory;
import herald.writer.WriterSpec;
import herald.writers.SpecOptions;
import org.agrona.concurrent.SystemNanoClock;


/**
 * Makes writers to an events manager: {@code venice}, {@code venice:udp://HOST:PORT}, {@code venice:ipc}.
 */
public final class VeniceWriterFactory implements EventWriterFactory {
    /** The option that names the directory of the media driver that carries the session. */
    public static final String AERON_DIR = "aeronDir";
    private static final String KEY_FILE = "keyFile";
    private static final String IPC = "ipc";
    private static final String UDP = "udp://";

    @Override
    public String scheme() {
        return "venice";
    }

    /** What was recorded before the node was managed still arrives. */
    @Override
    public boolean startsAtOldest(final WriterSpec spec) {
        return true;
    }

    @Override
    public EventWriter create(final WriterSpec spec) {
        final SpecOptions options = new SpecOptions(spec, AERON_DIR, KEY_FILE);
        final String said = options.text(AERON_DIR, null);
        final String aeronDir =
            said == null ? HeraldDirectory.aeronDir(HeraldDirectory.defaultDataDir()).toString() : said;
        return new VeniceWriter(spec.name(),
            new VeniceLink.Target(endpoint(spec, options), aeronDir, key(spec, options)), SystemNanoClock.INSTANCE);
    }

    private static SharedKey key(final WriterSpec spec, final SpecOptions options) {
        final String file = options.text(KEY_FILE, "");
        if (file.isEmpty()) {
            return null;
        }
        if (IPC.equals(spec.target())) {
            throw options.mistake(KEY_FILE + " is \"" + file + "\", and the target is ipc: nothing is sealed in the " +
                "memory of one host; leave it out");
        }
        try {
            return SharedKey.read(PathText.parse("it", file));
        } catch (final IllegalArgumentException e) {
            throw options.mistake(KEY_FILE + ": " + e.getMessage());
        }
    }

    private static Endpoint endpoint(final WriterSpec spec, final SpecOptions options) {
        if (IPC.equals(spec.target())) {
            return null;
        }
        if (!spec.target().isEmpty() && !spec.target().startsWith(UDP)) {
            throw options.mistake("target \"" + spec.target() + "\" is neither udp://HOST:PORT nor ipc: write for " +
                "example venice:udp://manager.example.com:" + VeniceDescriptor.DEFAULT_PORT);
        }
        final String text =
            spec.target().isEmpty() ? VeniceDescriptor.DEFAULT_ENDPOINT : spec.target().substring(UDP.length());
        try {
            return Endpoint.parse("target", text.contains(":") ? text : text + ':' + VeniceDescriptor.DEFAULT_PORT);
        } catch (final IllegalArgumentException e) {
            throw options.mistake(e.getMessage());
        }
    }
}
