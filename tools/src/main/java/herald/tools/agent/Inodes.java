package herald.tools.agent;

/**
 * Inodes of a file system: each file takes one.
 *
 * @param total of it; 0 where it makes them as it needs them.
 * @param free  of those.
 */
record Inodes(long total, long free) {
    boolean areExhausted() {
        return total > 0 && free == 0;
    }

    double freePercent() {
        return 100.0 * free / total;
    }
}
