package herald.bench.compare;

import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * What a row came to over all rounds.
 *
 * @param row     measured.
 * @param median  of the rounds.
 * @param min     of the rounds.
 * @param max     of the rounds.
 * @param verdict on the median.
 */
record RowResult(Row row, double median, double min, double max, Row.Verdict verdict) {
    private static final double NOISY_SPREAD = 2;

    static RowResult of(final Row row, final List<Map<String, Double>> rounds) {
        final double[] values = rounds.stream().mapToDouble(row.figure()).sorted().toArray();
        final double median = median(values);
        return new RowResult(row, median, values[0], values[values.length - 1],
            row.verdict(median, isNoisy(row.rawFigure(), rounds)));
    }

    private static boolean isNoisy(final String rawFigure, final List<Map<String, Double>> rounds) {
        if (rawFigure == null) {
            return false;
        }
        final double[] raw = rounds.stream().mapToDouble(round -> round.get(rawFigure)).sorted().toArray();
        return raw[raw.length - 1] > NOISY_SPREAD * raw[0];
    }

    static double median(final double[] values) {
        final double[] sorted = values.clone();
        Arrays.sort(sorted);
        final int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
