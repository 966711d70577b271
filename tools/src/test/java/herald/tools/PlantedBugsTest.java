package herald.tools;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.nio.file.Path;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Herald with one defect each, under torture: a difference is found within a number of rounds.
 */
@Tag("slow")
@Timeout(600)
class PlantedBugsTest {
    private static final String RECEIVER = "transport-aeron/src/main/java/herald/receiver/";
    private static final String RECORDER = "transport-aeron/src/main/java/herald/recorder/";
    private static final String ENGINE = "engine/src/main/java/herald/";
    private static final int MAX_ROUNDS = 60;
    private static final long SEED = 100;
    /** Its first round deletes locks and puts the data directory back. */
    private static final long DIRECTORY_SEED = 5295415483488646214L;
    /** Its first round has a syslog receiver that reads no more for a time, while the proxy runs. */
    private static final long SYSLOG_SEED = 616;
    /** Some of these Heralds never come to rest. */
    private static final String PATIENCE = "60s";

    /** What is wrong with this Herald. */
    private enum Bug {
        ACK_BEFORE_APPEND {
            @Override
            void plant(final PatchedClasses classes) throws IOException {
                classes.replace(RECEIVER + "RecorderState.java",
                    "return durableSequence;", "return acceptedSequence;");
                classes.replace(RECEIVER + "EventReceiver.java", "registry.countAccepted();",
                    """
                    registry.countAccepted();
                    sessionByImage.values().forEach(this::sendOwed);
                    java.util.concurrent.locks.LockSupport.parkNanos(5_000_000);
                    """);
            }
        },
        BOOKMARK_BEFORE_DELIVERY {
            @Override
            void plant(final PatchedClasses classes) throws IOException {
                classes.replace(ENGINE + "writer/WriterAgent.java", "done = writer.write(batch, index);",
                    "bookmark.move(context.logId(), batch.nextPosition(), 0); done = writer.write(batch, index);");
            }
        },
        KEY_FIELDS_JOINED {
            @Override
            void plant(final PatchedClasses classes) throws IOException {
                classes.replace(ENGINE + "dedup/DedupKey.java",
                    "hashRange(function, buffer, from, offset + length - from);",
                    """
                    function.hashBytes((event.component() + event.node() +
                        event.metaTenant() + event.metaNamespace() + event.typeName() + event.category() +
                        event.refTenant() + event.refNamespace() + event.refKind() + event.refName() +
                        event.refUri() + event.message()).getBytes(java.nio.charset.StandardCharsets.UTF_8), hash);
                    """);
            }
        },
        NEW_EVENTS_OVERTAKE_SPOOL {
            @Override
            void plant(final PatchedClasses classes) throws IOException {
                classes.replace(RECORDER + "RecorderLink.java",
                    "sendPosition = backlog.positionOf(Math.max(accepted, backlog.trimmedSequence()) + 1);",
                    "sendPosition = backlog.tailPosition();");
                classes.replace(RECEIVER + "RecorderRegistry.java",
                    "Outcome.RESENT : Outcome.GAP;", "Outcome.RESENT : Outcome.ACCEPTED;");
            }
        },
        DEDUP_STATE_LOST {
            @Override
            void plant(final PatchedClasses classes) throws IOException {
                classes.replace(ENGINE + "engine/ProxyLogs.java",
                    "recovery.restoreWindows(last, inForce, dedup);", "");
            }
        },
        ROLLBACK_NOT_TOLD {
            @Override
            void plant(final PatchedClasses classes) throws IOException {
                classes.replace(RECEIVER + "RecorderRegistry.java",
                    "ours ? VoidCause.ACKNOWLEDGED_AND_GONE :", "ours ? VoidCause.LOST_BY_RECORDER :");
            }

            @Override
            long seed() {
                return DIRECTORY_SEED;
            }
        },
        OWNER_MARKS_UNREAD {
            @Override
            void plant(final PatchedClasses classes) throws IOException {
                classes.replace("transport-aeron/src/main/java/herald/io/FileMutex.java",
                    "return mark != null && mark.isAlive() && !mark.isOfThisProcess();", "return false;");
            }

            @Override
            long seed() {
                return DIRECTORY_SEED;
            }
        },
        SENT_IS_DELIVERED {
            @Override
            void plant(final PatchedClasses classes) throws IOException {
                classes.replace("writers/src/main/java/herald/writers/syslog/StreamSyslogWriter.java",
                    "sent.add(count, connection.written(), clock.nanoTime());", "");
            }

            @Override
            long seed() {
                return SYSLOG_SEED;
            }
        };

        abstract void plant(PatchedClasses classes) throws IOException;

        long seed() {
            return SEED;
        }
    }

    @TempDir
    private Path dir;

    @ParameterizedTest
    @EnumSource(Bug.class)
    void shouldBeFound(final Bug bug) throws IOException {
        final PatchedClasses classes = new PatchedClasses(dir);
        bug.plant(classes);

        final Cli torture = Cli.run("torture", "--rounds", Integer.toString(MAX_ROUNDS), "--seed",
            Long.toString(bug.seed()), "--patience", PATIENCE, "--work-dir", dir.toString(),
            "--class-path-prefix", classes.compile().toString());

        System.out.println(bug + " was found in round " +
            torture.out().lines().filter(line -> line.startsWith("round ")).count());
        assertThat(torture.exitCode()).as(torture.out() + torture.err()).isEqualTo(ExitCode.DIFFERENCE);
    }
}
