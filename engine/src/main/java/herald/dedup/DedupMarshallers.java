package herald.dedup;

import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.core.util.ReadResolvable;
import net.openhft.chronicle.hash.serialization.SizedReader;
import net.openhft.chronicle.hash.serialization.SizedWriter;

/**
 * Fixed-length forms of keys and entries in Chronicle Map, written by hand: otherwise it compiles classes at run time
 * and allocates.
 */
final class DedupMarshallers {
    static final int KEY_LENGTH = 2 * Long.BYTES;
    static final int ENTRY_LENGTH = 6 * Long.BYTES;

    private DedupMarshallers() {
    }

    /** Form of a {@link DedupKey}. */
    static final class KeyMarshaller
        implements SizedReader<DedupKey>, SizedWriter<DedupKey>, ReadResolvable<KeyMarshaller> {
        static final KeyMarshaller INSTANCE = new KeyMarshaller();

        @Override
        @SuppressWarnings("rawtypes")
        public DedupKey read(final Bytes in, final long size, final DedupKey using) {
            final DedupKey key = using == null ? new DedupKey(0, 0) : using;
            final long high = in.readLong();
            key.set(high, in.readLong());
            return key;
        }

        @Override
        public long size(final DedupKey key) {
            return KEY_LENGTH;
        }

        @Override
        @SuppressWarnings("rawtypes")
        public void write(final Bytes out, final long size, final DedupKey key) {
            out.writeLong(key.high());
            out.writeLong(key.low());
        }

        @Override
        public KeyMarshaller readResolve() {
            return INSTANCE;
        }
    }

    /** Form of a {@link DedupEntry}. */
    static final class EntryMarshaller
        implements SizedReader<DedupEntry>, SizedWriter<DedupEntry>, ReadResolvable<EntryMarshaller> {
        static final EntryMarshaller INSTANCE = new EntryMarshaller();

        @Override
        @SuppressWarnings("rawtypes")
        public DedupEntry read(final Bytes in, final long size, final DedupEntry using) {
            final DedupEntry entry = using == null ? new DedupEntry() : using;
            final long idHigh = in.readLong();
            entry.identify(idHigh, in.readLong());
            final long firstSeenNs = in.readLong();
            final long firstRecordTimeNs = in.readLong();
            entry.firstSeen(firstSeenNs, firstRecordTimeNs, in.readLong());
            return entry.occurrences(in.readLong());
        }

        @Override
        public long size(final DedupEntry entry) {
            return ENTRY_LENGTH;
        }

        @Override
        @SuppressWarnings("rawtypes")
        public void write(final Bytes out, final long size, final DedupEntry entry) {
            out.writeLong(entry.eventIdHigh());
            out.writeLong(entry.eventIdLow());
            out.writeLong(entry.firstSeenNs());
            out.writeLong(entry.firstRecordTimeNs());
            out.writeLong(entry.position());
            out.writeLong(entry.occurrences());
        }

        @Override
        public EntryMarshaller readResolve() {
            return INSTANCE;
        }
    }
}
