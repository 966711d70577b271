package herald.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One line in a file that says which process owns what the file stands for. A mark outlives its process, and is worth
 * nothing then; it is worth nothing in a copy either, since it names the file that it was written into.
 *
 * <pre>
 *   herald-owner pid=4711 start=991245 boot=0d9f... pidns=4026531836 file=64769:1310734
 * </pre>
 *
 * @param pid   of the process.
 * @param start of it ({@link ProcessStat#startOf}): a pid is used again, a pid and its start are not.
 * @param boot  id of the machine's start.
 * @param pidns namespace in which the pid counts.
 * @param file  that the mark was written into.
 */
record OwnerMark(long pid, long start, String boot, String pidns, String file) {
    private static final int MAX_LENGTH = 512;
    private static final Pattern LINE = Pattern.compile(
        "herald-owner pid=(\\d{1,10}) start=(\\d{1,18}) boot=([\\w-]*) pidns=([\\w:\\[\\]]*) file=(\\d+:\\d+)\n");
    private static final OwnerMark HERE = here();

    private static OwnerMark here() {
        final long pid = ProcessHandle.current().pid();
        return new OwnerMark(
            pid, Math.max(0, ProcessStat.startOf(pid)), ProcessStat.bootId(), ProcessStat.pidNamespace(), "");
    }

    /** Of this process, for a file. */
    static OwnerMark here(final FileIdentity file) {
        return new OwnerMark(HERE.pid, HERE.start, HERE.boot, HERE.pidns, file.toString());
    }

    /**
     * Reads the mark in a file.
     *
     * @param channel of the file.
     * @param file    which it is.
     * @return null where there is none, or that of another file: a copy.
     * @throws IOException where it can't be read.
     */
    static OwnerMark read(final FileChannel channel, final FileIdentity file) throws IOException {
        final Matcher mark = LINE.matcher(text(channel));
        return mark.matches() && mark.group(5).equals(file.toString()) ? new OwnerMark(
            Long.parseLong(mark.group(1)), Long.parseLong(mark.group(2)), mark.group(3), mark.group(4),
            mark.group(5)) : null;
    }

    /** Whether a file holds nothing that anybody else wrote. */
    static boolean hasPlace(final FileChannel channel) throws IOException {
        return channel.size() == 0 || LINE.matcher(text(channel)).matches();
    }

    private static String text(final FileChannel channel) throws IOException {
        final ByteBuffer bytes = ByteBuffer.allocate(MAX_LENGTH);
        int read = 0;
        while (bytes.hasRemaining() && read >= 0) {
            read = channel.read(bytes, bytes.position());
        }
        return new String(bytes.array(), 0, bytes.position(), StandardCharsets.ISO_8859_1);
    }

    /** Writes it, over the mark of a process that is gone. */
    void write(final FileChannel channel) throws IOException {
        final ByteBuffer line = ByteBuffer.wrap(("herald-owner pid=" + pid + " start=" + start + " boot=" + boot +
            " pidns=" + pidns + " file=" + file + "\n").getBytes(StandardCharsets.ISO_8859_1));
        channel.truncate(line.remaining());
        while (line.hasRemaining()) {
            channel.write(line, line.position());
        }
    }

    /** Whether the process runs. Of one in another namespace that can't be told, and a lock has to do. */
    boolean isAlive() {
        return boot.equals(HERE.boot) && pidns.equals(HERE.pidns) && ProcessStat.startOf(pid) == start;
    }

    boolean isOfThisProcess() {
        return pid == HERE.pid && start == HERE.start && boot.equals(HERE.boot) && pidns.equals(HERE.pidns);
    }

    /** For people. */
    String describe() {
        final String command = ProcessHandle.of(pid).flatMap(process -> process.info().command()).orElse("");
        return isOfThisProcess() ? "this process, " + pid :
            "process " + pid + (command.isEmpty() ? "" : ", " + Path.of(command).getFileName());
    }
}
