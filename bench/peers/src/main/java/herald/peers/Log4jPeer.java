package herald.peers;

import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.config.Configurator;
import org.apache.logging.log4j.core.config.builder.api.ConfigurationBuilder;
import org.apache.logging.log4j.core.config.builder.api.ConfigurationBuilderFactory;
import org.apache.logging.log4j.core.config.builder.impl.BuiltConfiguration;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Log4j2 with all loggers asynchronous, over the Disruptor, to a file without flushes of its own. Lines that its full
 * ring holds up wait; none is dropped.
 */
final class Log4jPeer implements Peer {
    private static final int BURST = 256;

    private final byte[] payload = PeerMain.payload();
    private final Path dir;
    private int runs;

    Log4jPeer(final Path dir) {
        this.dir = dir;
        System.setProperty("log4j2.contextSelector",
            "org.apache.logging.log4j.core.async.AsyncLoggerContextSelector");
        System.setProperty("log4j2.enableThreadlocals", "true");
    }

    @Override
    public long run(final long durationNs) throws IOException {
        final Path file = dir.resolve("run-" + ++runs + ".log");
        final LoggerContext context = configure(file);
        final Logger logger = LogManager.getLogger("peer");
        final long startNs = System.nanoTime();
        long count = 0;
        while (System.nanoTime() - startNs < durationNs) {
            for (int i = 0; i < BURST; i++) {
                PeerMain.number(payload, count++);
                logger.info(new String(payload, StandardCharsets.ISO_8859_1));
            }
        }
        Configurator.shutdown(context);
        final long expected = count * (payload.length + 1);
        final long length = Files.size(file);
        Files.delete(file);
        if (length != expected) {
            throw new IllegalStateException("the file has " + length + " bytes instead of " + expected);
        }
        return count;
    }

    private static LoggerContext configure(final Path file) {
        final ConfigurationBuilder<BuiltConfiguration> builder = ConfigurationBuilderFactory.newConfigurationBuilder();
        builder.add(builder.newAppender("file", "RandomAccessFile")
            .addAttribute("fileName", file.toString())
            .addAttribute("immediateFlush", false)
            .add(builder.newLayout("PatternLayout").addAttribute("pattern", "%m%n")));
        builder.add(builder.newRootLogger("info").add(builder.newAppenderRef("file")));
        return Configurator.initialize(builder.build());
    }

    @Override
    public void close() {
        LogManager.shutdown();
    }
}
