package herald.events;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

/**
 * The shipped catalogs keep their facts, and are searched by right and wrong names.
 */
@Timeout(120)
class CatalogsTest {
    @Test
    void shouldKeepTheNumbersOfTheClusterCatalog() {
        assertThat(ClusterEvents.CATALOG.types()).extracting(EventType::number, EventType::name).startsWith(
            tuple(0, "ElectionStarted"),
            tuple(1, "ElectionCancelled"),
            tuple(2, "ElectionStopped"),
            tuple(3, "LeaderElected"),
            tuple(4, "LeaderLost"),
            tuple(5, "LeaderChanged"));
    }

    @ParameterizedTest
    @CsvFileSource(resources = "/event-types.csv")
    void shouldKeepTheFactsOfAType(
        final String qualifiedName,
        final String category,
        final Severity severity,
        final boolean suppressedInMaintenance) {
        final EventType type = Catalogs.find(qualifiedName);

        assertThat(type).as(qualifiedName).isNotNull();
        assertThat(type.category()).isEqualTo(category);
        assertThat(type.severity()).isEqualTo(severity);
        assertThat(type.suppressedInMaintenance()).isEqualTo(suppressedInMaintenance);
        assertThat(type.description()).endsWith(".");
    }

    @Test
    void shouldFindATypeByItsQualifiedName() {
        assertThat(Catalogs.find("cluster.LeaderLost")).isSameAs(ClusterEvents.LEADER_LOST);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "LeaderLost", "cluster.leaderLost", "network.LeaderLost", "cluster."})
    void shouldFindNothingForAnyOtherName(final String name) {
        assertThat(Catalogs.find(name)).isNull();
    }

    @Test
    void shouldListTheCatalogsByService() {
        assertThat(Catalogs.all()).extracting(EventCatalog::service).isSorted().doesNotHaveDuplicates();
        assertThat(Catalogs.all()).contains(ClusterEvents.CATALOG);
    }

    @ParameterizedTest
    @CsvSource({
        "cluster.ElectionStartd, cluster.ElectionStarted",
        "clutser.ElectionStarted, cluster.ElectionStarted",
        "ElectionStarted, cluster.ElectionStarted",
        "ELECTION_STARTED, cluster.ElectionStarted",
        "electionstrated, cluster.ElectionStarted",
        "network.LeaderChanged, cluster.LeaderChanged",
        "LeaderLst, cluster.LeaderLost",
        "Cancelled, cluster.ElectionCancelled",
        "cluster.LeaderLost, cluster.LeaderLost"
    })
    void shouldNameTheTypeThatWasMeantFirst(final String typed, final String meant) {
        assertThat(Catalogs.closest(typed, 3)).first().isEqualTo(meant);
    }

    @Test
    void shouldNameNoMoreThanTheLimit() {
        assertThat(Catalogs.closest("Election", 10))
            .contains("cluster.ElectionStarted", "cluster.ElectionCancelled", "cluster.ElectionStopped");
        assertThat(Catalogs.closest("Election", 2)).hasSize(2);
        assertThat(Catalogs.closest("Election", 0)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "xyz", "cluster.", "CompletelyUnheardOf"})
    void shouldNameNothingWhereNothingIsClose(final String typed) {
        assertThat(Catalogs.closest(typed, 3)).isEmpty();
    }
}
