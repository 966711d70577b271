package herald.writers.stdout;

import herald.writer.EventWriter;
import herald.writer.EventWriterFactory;
import herald.writer.WriterSpec;
import herald.writers.SpecOptions;

/**
 * Makes writers to standard output: {@code stdout}.
 */
public final class StdoutWriterFactory implements EventWriterFactory {
    @Override
    public String scheme() {
        return "stdout";
    }

    @Override
    public EventWriter create(final WriterSpec spec) {
        final SpecOptions options = new SpecOptions(spec, "format");
        if (!spec.target().isEmpty()) {
            throw options.mistake("target \"" + spec.target() + "\" is not wanted: write stdout alone");
        }
        final boolean json = "json".equals(options.oneOf("format", "pretty", "json"));
        return new StdoutWriter(spec.name(), json, StandardOutput.out());
    }
}
