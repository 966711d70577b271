package herald.tools.torture;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.EnumSet;
import java.util.Set;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A seed is a plan, and plans together have every fault.
 */
@Timeout(30)
class RoundPlanTest {
    private static final int PLANS = 300;

    @Test
    void shouldDrawSamePlanFromSameSeed() {
        assertThat(RoundPlan.draw(17)).isEqualTo(RoundPlan.draw(17)).isNotEqualTo(RoundPlan.draw(18));
    }

    @Test
    void shouldDrawEveryFaultAndKillOfProxyMostly() {
        final Set<FaultKind> kinds = EnumSet.noneOf(FaultKind.class);
        int killed = 0;
        for (long seed = 0; seed < PLANS; seed++) {
            final RoundPlan plan = RoundPlan.draw(seed);
            plan.faults().forEach(fault -> kinds.add(fault.kind()));
            killed += plan.count(FaultKind.PROXY_KILL) > 0 ? 1 : 0;
            assertThat(plan.faults()).hasSizeBetween(3, 8);
        }

        assertThat(kinds).containsExactlyInAnyOrder(FaultKind.values());
        assertThat(killed).isGreaterThan(PLANS * 3 / 4);
    }
}
