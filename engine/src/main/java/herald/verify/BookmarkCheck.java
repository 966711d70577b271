package herald.verify;

import herald.dispatch.EventBatch;
import herald.io.Disk;
import herald.io.ErrorText;
import herald.log.LogDescriptor;
import herald.writer.Bookmark;
import herald.writer.WriterStatus;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * Looks at writers' bookmarks, before the dispatch log is read, and then at what that log holds at their places.
 */
final class BookmarkCheck {
    private static final int LOOKS = 20;

    private final Disk disk;
    private final UUID logId;
    private final List<Place> places = new ArrayList<>();
    private final List<Finding> findings = new ArrayList<>();

    /** What one bookmark says, as it was when it was read. */
    private record Mark(Bookmark.State state, String trouble, UUID logId, long position, int index) {
        static Mark read(final Disk disk, final Path file) throws IOException {
            try (Bookmark bookmark = Bookmark.open(disk, file, false)) {
                return bookmark.state() == Bookmark.State.PLACED ?
                    new Mark(bookmark.state(), null, bookmark.logId(), bookmark.position(), bookmark.index()) :
                    new Mark(bookmark.state(), bookmark.trouble(), null, 0, 0);
            }
        }
    }

    /** A bookmark and what the log holds at its place. */
    private static final class Place {
        private final Path file;
        private final Mark mark;
        private long batchPosition = -1;
        private long batchEnd;
        private int batchSize;

        Place(final Path file, final Mark mark) {
            this.file = file;
            this.mark = mark;
        }

        String name() {
            return file.getFileName().toString().replace(Bookmark.SUFFIX, "");
        }
    }

    private BookmarkCheck(final Disk disk, final UUID logId) {
        this.disk = disk;
        this.logId = logId;
    }

    /**
     * Reads bookmarks.
     *
     * @param disk      that holds them.
     * @param directory of them.
     * @param logId     of the dispatch log; null where there is none.
     * @return the check, before it knows what the log holds.
     * @throws IOException where the directory can't be read.
     */
    static BookmarkCheck of(final Disk disk, final Path directory, final UUID logId) throws IOException {
        final BookmarkCheck check = new BookmarkCheck(disk, logId);
        for (final Path file : disk.list(directory, Bookmark.SUFFIX)) {
            if (Files.exists(file)) {
                check.look(file);
            }
        }
        for (final Path status : disk.list(directory, WriterStatus.SUFFIX)) {
            if (Files.exists(status) && !Files.isRegularFile(status)) {
                check.findings.add(new Finding(status, 0, 0, "it is no regular file: how the writer fares is not known",
                    Remedy.move("it to quarantine; the next start makes another one", false, List.of(status))));
            }
            final Path file = status.resolveSibling(
                status.getFileName().toString().replace(WriterStatus.SUFFIX, Bookmark.SUFFIX));
            if (Bookmark.isMissing(file)) {
                check.add(file, "it is gone, the writer's status is there: the next start delivers from the oldest " +
                    "event kept", 0);
            }
        }
        return check;
    }

    private void look(final Path file) throws AccessDeniedException {
        try {
            // A writer that runs may move it between two of its fields.
            Mark mark = Mark.read(disk, file);
            for (int i = 0; i < LOOKS; i++) {
                final Mark again = Mark.read(disk, file);
                if (again.equals(mark)) {
                    break;
                }
                mark = again;
            }
            judge(file, mark);
        } catch (final AccessDeniedException e) {
            throw e;
        } catch (final IOException e) {
            add(file, "it is damaged: " + ErrorText.of(e), 0);
        }
    }

    private void judge(final Path file, final Mark mark) {
        places.add(new Place(file, mark));
        if (mark.state() == Bookmark.State.DAMAGED) {
            add(file, mark.trouble(), 0);
        } else if (mark.state() == Bookmark.State.PLACED && logId != null && !mark.logId().equals(logId)) {
            add(file, "it is of dispatch log " + mark.logId() + ", this one is " + logId, 0);
        }
    }

    /** From where on writers need the dispatch log; {@link Long#MAX_VALUE} where none has a place in it. */
    long neededFrom() {
        return places.stream().map(place -> place.mark)
            .filter(mark -> mark.state() == Bookmark.State.PLACED && mark.logId().equals(logId))
            .mapToLong(mark -> Math.max(mark.position(), LogDescriptor.SEGMENT_HEADER_LENGTH))
            .min().orElse(Long.MAX_VALUE);
    }

    /** Takes note of a batch of the dispatch log. */
    void onBatch(final EventBatch batch) {
        for (final Place place : places) {
            final long position = place.mark.position();
            if (batch.position() <= position && position < batch.nextPosition()) {
                place.batchPosition = batch.position();
                place.batchEnd = batch.nextPosition();
                place.batchSize = batch.size();
            }
        }
    }

    /**
     * Says where each bookmark is, and what is wrong with its place. Called when the log was read.
     *
     * @param dispatch what was found there.
     * @param oldest   where the dispatch log begins now.
     * @return a line each.
     */
    List<String> conclude(final DispatchCheck dispatch, final long oldest) {
        final List<String> lines = new ArrayList<>();
        for (final Place place : places) {
            final Mark mark = place.mark;
            final String where = switch (mark.state()) {
                case NEW -> "new";
                case DAMAGED -> "damaged";
                case PLACED ->
                    "position " + mark.position() + " index " + mark.index() + remark(place, dispatch, oldest);
            };
            lines.add("bookmark " + place.name() + ": " + where + overtaken(place));
        }
        return lines;
    }

    /** What the writer will never get, as it was told. */
    private String overtaken(final Place place) {
        final Path file = place.file.resolveSibling(place.name() + WriterStatus.SUFFIX);
        try (WriterStatus status = WriterStatus.read(disk, file)) {
            final long events = status.get(WriterStatus.Field.OVERTAKEN_EVENTS);
            final long fromMs = status.get(WriterStatus.Field.OVERTAKEN_FROM_MS);
            final long toMs = status.get(WriterStatus.Field.OVERTAKEN_TO_MS);
            return events == 0 ? "" : "; it did not get " + events + " events that were gone before" +
                (fromMs == 0 ? "" : ", from " + Instant.ofEpochMilli(fromMs)) +
                (toMs == 0 ? "" : ", to " + Instant.ofEpochMilli(toMs));
        } catch (final IOException e) {
            // The next start makes a new one.
            return "";
        }
    }

    private String remark(final Place place, final DispatchCheck dispatch, final long oldest) {
        final Mark mark = place.mark;
        if (logId == null) {
            return ", there is no dispatch log: when the next start has made one, the writer begins at its beginning";
        }
        if (!mark.logId().equals(logId)) {
            return ", of another dispatch log";
        }
        if (place.batchPosition >= 0 && (place.batchPosition != mark.position() || mark.index() >= place.batchSize ||
            mark.index() < 0)) {
            add(place.file, "position " + mark.position() + " index " + mark.index() + " is no place of the batch at " +
                place.batchPosition + " to " + place.batchEnd + " with " + place.batchSize + " events",
                place.batchPosition);
        }
        if (mark.position() > dispatch.endPosition()) {
            return onBeyond(place, dispatch);
        }
        final boolean released = mark.position() < oldest && mark.position() > 0;
        return released ? ", released: the writer lost what is before " + oldest : "";
    }

    /** Where the end of the log was only not written yet, or taken out by a repair, the start makes it again. */
    private String onBeyond(final Place place, final DispatchCheck dispatch) {
        if (dispatch.tornLength() > 0) {
            findings.add(new Finding(place.file, 0, Files.exists(place.file) ? place.file.toFile().length() : 0,
                "it is at position " + place.mark.position() + ", the dispatch log is damaged at its end, " +
                    dispatch.endPosition(),
                Remedy.note("the next start makes the end of the dispatch log again, behind that position")));
        }
        return ", past the end of the dispatch log at " + dispatch.endPosition() + ": the next start goes on behind it";
    }

    private void add(final Path file, final String what, final long position) {
        final UUID placedIn = logId == null ? new UUID(0, 0) : logId;
        final Remedy remedy = new Remedy("put one in its place that is at " +
            (position == 0 ? "the oldest event kept" : "position " + position) +
            ", from where the writer delivers again, and keep a copy in quarantine", false, aside -> {
                if (Files.exists(file)) {
                    aside.copy(file);
                }
                Bookmark.place(aside.disk(), file, placedIn, position);
                aside.did("placed bookmark " + file.getFileName() + " at position " + position);
            });
        findings.add(new Finding(file, 0, file.toFile().length(), what, remedy));
    }

    List<Finding> findings() {
        return findings;
    }
}
