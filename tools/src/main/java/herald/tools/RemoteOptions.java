package herald.tools;

import herald.recorder.RemoteProxy;
import herald.seal.SharedKey;
import picocli.CommandLine.Option;

import java.nio.file.Path;

/**
 * Which proxy on another host a command's recorder sends to.
 */
final class RemoteOptions {
    @Option(names = "--proxy", paramLabel = "HOST:PORT",
        description = "A proxy on another host, as its remote.listen says; default: that of this host.")
    private String proxy;

    @Option(names = "--key-file", paramLabel = "FILE",
        description = "The key that the proxy on the other host has too: a secret file, see docs/access.md.")
    private Path keyFile;

    /**
     * The proxy that the options name.
     *
     * @return null where it is that of this host.
     * @throws IllegalArgumentException where one option is there without the other, or wrong.
     */
    RemoteProxy proxy() {
        if (proxy == null && keyFile == null) {
            return null;
        }
        if (proxy == null || keyFile == null) {
            throw new IllegalArgumentException("--proxy HOST:PORT and --key-file FILE go together: " +
                (proxy == null ? "--proxy" : "--key-file") + " is missing");
        }
        return new RemoteProxy(proxy, SharedKey.read(keyFile));
    }
}
