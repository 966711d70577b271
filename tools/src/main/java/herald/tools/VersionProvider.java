package herald.tools;

import picocli.CommandLine.IVersionProvider;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;

/**
 * Says which Herald this is and which Java runs it.
 */
final class VersionProvider implements IVersionProvider {
    @Override
    public String[] getVersion() throws IOException {
        final Properties properties = new Properties();
        try (InputStream resource = VersionProvider.class.getResourceAsStream("version.properties")) {
            properties.load(resource);
        }
        return new String[] {
            "herald " + properties.getProperty("version"),
            "Java " + Runtime.version() + " (" + System.getProperty("java.vendor") + ')'};
    }
}
