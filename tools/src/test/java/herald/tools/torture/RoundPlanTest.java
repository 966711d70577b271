package herald.tools.torture;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A seed is a plan, and plans together have every fault.
 */
@Timeout(120)
class RoundPlanTest {
    private static final int PLANS = 300;
    private static final Set<FaultKind> SYSLOG =
        EnumSet.of(FaultKind.SYSLOG_VANISH, FaultKind.SYSLOG_REFUSE, FaultKind.SYSLOG_HALF_CLOSE);

    @Test
    void shouldDrawSamePlanFromSameSeed() {
        assertThat(RoundPlan.draw(17)).isEqualTo(RoundPlan.draw(17)).isNotEqualTo(RoundPlan.draw(18));
    }

    @Test
    void shouldDrawOtherHostsRetentionAndChangedSettingsInAShareOfRounds() {
        int remote = 0;
        int farDriver = 0;
        int retention = 0;
        int changed = 0;
        for (long seed = 0; seed < PLANS; seed++) {
            final RoundPlan plan = RoundPlan.draw(seed);
            remote += plan.remoteRecorders() > 0 ? 1 : 0;
            farDriver += plan.hasDriver(RoundPlan.FAR_DRIVER) ? 1 : 0;
            retention += plan.hasRetention() ? 1 : 0;
            changed += plan.changesSettings() ? 1 : 0;
        }

        assertThat(remote).isBetween(PLANS / 3, PLANS * 2 / 3);
        assertThat(farDriver).isBetween(PLANS / 10, PLANS / 3);
        assertThat(retention).isBetween(PLANS / 5, PLANS / 2);
        assertThat(changed).isBetween(PLANS / 5, PLANS / 2);
    }

    @Test
    void shouldDrawDirectoriesLocksManagersStrangersAndSyslogInAShareOfRounds() {
        int fixed = 0;
        int managed = 0;
        int syslog = 0;
        final Map<FaultKind, Integer> rounds = new EnumMap<>(FaultKind.class);
        for (long seed = 0; seed < PLANS; seed++) {
            final RoundPlan plan = RoundPlan.draw(seed);
            fixed += plan.fixesAeronDir() ? 1 : 0;
            managed += plan.hasManager() ? 1 : 0;
            syslog += plan.hasSyslog() ? 1 : 0;
            assertThat(SYSLOG.stream().anyMatch(kind -> plan.count(kind) > 0)).isEqualTo(plan.hasSyslog());
            for (final FaultKind kind : FaultKind.values()) {
                rounds.merge(kind, plan.count(kind) > 0 ? 1 : 0, Integer::sum);
            }
            assertThat(plan.count(FaultKind.DIRECTORY_ROLLBACK)).isLessThanOrEqualTo(1);
            assertThat(plan.count(FaultKind.STRANGER) > 0 && plan.remoteRecorders() == 0).isFalse();
        }

        assertThat(fixed).isBetween(PLANS / 8, PLANS / 2).isEqualTo(rounds.get(FaultKind.PROXY_RESTART));
        assertThat(managed).isBetween(PLANS / 12, PLANS / 3);
        assertThat(syslog).isBetween(PLANS / 3, PLANS * 2 / 3);
        for (final FaultKind kind : List.of(FaultKind.DIRECTORY_COPY, FaultKind.DIRECTORY_ROLLBACK,
            FaultKind.LOCK_DELETE, FaultKind.STRANGER, FaultKind.SYSLOG_VANISH, FaultKind.SYSLOG_REFUSE,
            FaultKind.SYSLOG_HALF_CLOSE)) {
            assertThat(rounds.get(kind)).as(kind.label()).isBetween(PLANS / 15, PLANS / 2);
        }
    }

    @Test
    void shouldLeaveOutKindsAndWhatOnlyTheyNeed() {
        final Set<FaultKind> managers = EnumSet.of(FaultKind.MANAGER_KILL, FaultKind.MANAGER_PAUSE);
        for (long seed = 0; seed < PLANS; seed++) {
            final RoundPlan plan = RoundPlan.draw(seed);
            final RoundPlan without = plan.without(managers);
            assertThat(without.hasManager()).isFalse();
            assertThat(without.fixesAeronDir()).isEqualTo(plan.fixesAeronDir());
            assertThat(without.faults()).extracting(Fault::kind).doesNotContainAnyElementsOf(managers);
            assertThat(plan.without(EnumSet.of(FaultKind.MANAGER_KILL)).hasManager()).isEqualTo(plan.hasManager());
            assertThat(plan.without(EnumSet.of(FaultKind.PROXY_RESTART)).fixesAeronDir()).isFalse();
            assertThat(plan.without(EnumSet.of(FaultKind.DISK_FULL)).diskMib()).isZero();
            assertThat(plan.without(SYSLOG).hasSyslog()).isFalse();
            assertThat(plan.without(EnumSet.of(FaultKind.SYSLOG_VANISH)).hasSyslog()).isEqualTo(plan.hasSyslog());
        }
    }

    @Test
    void shouldChangeSettingsOfStartsAsTheSeedSays() {
        final Properties settings = new Properties();
        settings.putAll(RoundPlan.draw(1).settings());
        settings.setProperty("changesSettings", "true");
        final Properties again = new Properties();
        again.putAll(settings);
        final Object before = settings.clone();

        RoundPlan.drawStart(settings, 0);
        assertThat(settings).isEqualTo(before);
        RoundPlan.drawStart(settings, 1);
        RoundPlan.drawStart(again, 1);
        assertThat(settings).isEqualTo(again).isNotEqualTo(before);

        settings.setProperty("changesSettings", "false");
        final Object unchanged = settings.clone();
        RoundPlan.drawStart(settings, 2);
        assertThat(settings).isEqualTo(unchanged);
    }

    @Test
    void shouldDrawEveryFaultAndKillOfProxyMostly() {
        final Set<FaultKind> kinds = EnumSet.noneOf(FaultKind.class);
        int killed = 0;
        for (long seed = 0; seed < PLANS; seed++) {
            final RoundPlan plan = RoundPlan.draw(seed);
            plan.faults().forEach(fault -> kinds.add(fault.kind()));
            killed += plan.count(FaultKind.PROXY_KILL) > 0 ? 1 : 0;
            assertThat(plan.faults()).hasSizeBetween(3, 8 + 16);
        }

        assertThat(kinds).containsExactlyInAnyOrder(FaultKind.values());
        assertThat(killed).isGreaterThan(PLANS * 3 / 4);
    }
}
