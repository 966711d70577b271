package herald.tools.torture;

import net.openhft.chronicle.hash.VanillaGlobalMutableState;
import net.openhft.chronicle.values.Values;
import net.openhft.compiler.CompilerUtils;
import net.openhft.compiler.MyJavaFileManager;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;

/**
 * Spares each proxy of a round a second: Chronicle Map compiles a class of its own when the first map is made, and
 * takes one that it finds on the class path instead.
 */
final class FastStart {
    private FastStart() {
    }

    /**
     * Writes what Chronicle Map would compile.
     *
     * @param jar to write; not there yet.
     * @throws IOException where it can't be written.
     */
    static void write(final Path jar) throws IOException {
        final AtomicReference<MyJavaFileManager> compiled = new AtomicReference<>();
        CompilerUtils.CACHED_COMPILER.setFileManagerOverride(standard -> {
            compiled.set(new MyJavaFileManager(standard));
            return compiled.get();
        });
        Values.nativeClassFor(VanillaGlobalMutableState.class);
        CompilerUtils.CACHED_COMPILER.setFileManagerOverride(null);
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
            if (compiled.get() != null) {
                for (final Map.Entry<String, byte[]> type : compiled.get().getAllBuffers().entrySet()) {
                    out.putNextEntry(new JarEntry(type.getKey().replace('.', '/') + ".class"));
                    out.write(type.getValue());
                    out.closeEntry();
                }
            }
        }
    }
}
