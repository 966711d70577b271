package herald.bench.rig;

import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramIterationValue;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.VectorGraphicsEncoder;
import org.knowm.xchart.VectorGraphicsEncoder.VectorGraphicsFormat;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.internal.chartpart.Chart;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.SeriesMarkers;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Draws what was measured as SVG; needs no screen.
 */
final class Plots {
    private static final int WIDTH = 1000;
    private static final int HEIGHT = 600;
    private static final int TICKS_PER_HALF = 5;
    private static final double NS_PER_US = 1_000.0;
    private static final double PERCENT = 100.0;
    private static final double LEAST_US = 0.01;
    private static final double MILLION = 1e6;
    private static final Pattern DECIMALS = Pattern.compile("(\\.\\d\\d)\\d+");

    private Plots() {
    }

    /**
     * Draws percentiles as HdrHistogram's plotter does: each step to the right is a nine more.
     *
     * @param title      of it.
     * @param histograms by name; empty ones are left out.
     * @param file       to write, ending in .svg.
     */
    static void percentiles(final String title, final Map<String, Histogram> histograms, final Path file)
        throws IOException {
        final XYChart chart = new XYChartBuilder().width(WIDTH).height(HEIGHT).title(title)
            .xAxisTitle("percentile").yAxisTitle("latency in us").build();
        chart.getStyler().setXAxisLogarithmic(true).setYAxisLogarithmic(true)
            .setLegendPosition(Styler.LegendPosition.InsideNW);
        chart.setCustomXAxisTickLabelsFormatter(Plots::percentileOf);
        for (final Map.Entry<String, Histogram> entry : histograms.entrySet()) {
            if (entry.getValue().getTotalCount() > 0) {
                addSeries(chart, entry.getKey(), entry.getValue());
            }
        }
        save(chart, file);
    }

    /** The x axis is 1 / (1 - percentile): 10 is 90 %, 100 is 99 %. */
    private static String percentileOf(final double x) {
        return Double.toString(Math.round((PERCENT - PERCENT / x) * MILLION) / MILLION);
    }

    private static void addSeries(final XYChart chart, final String name, final Histogram histogram) {
        final List<Double> x = new ArrayList<>();
        final List<Double> y = new ArrayList<>();
        for (final HistogramIterationValue value : histogram.percentiles(TICKS_PER_HALF)) {
            if (value.getPercentileLevelIteratedTo() < PERCENT) {
                x.add(PERCENT / (PERCENT - value.getPercentileLevelIteratedTo()));
                y.add(Math.max(LEAST_US, value.getValueIteratedTo() / NS_PER_US));
            }
        }
        chart.addSeries(name, x, y).setMarker(SeriesMarkers.NONE);
    }

    /**
     * Draws rates as bars.
     *
     * @param title of it.
     * @param rates events/s by name.
     * @param file  to write, ending in .svg.
     */
    static void throughput(final String title, final Map<String, Double> rates, final Path file) throws IOException {
        final CategoryChart chart = new CategoryChartBuilder().width(WIDTH).height(HEIGHT).title(title)
            .yAxisTitle("acknowledged events/s").build();
        chart.getStyler().setYAxisMin(0.0).setLegendVisible(false);
        chart.addSeries("throughput", List.copyOf(rates.keySet()), List.copyOf(rates.values()));
        save(chart, file);
    }

    /** Letters are drawn as shapes: three of four bytes would be decimals that nobody sees. */
    private static void save(final Chart<?, ?> chart, final Path file) throws IOException {
        final ByteArrayOutputStream svg = new ByteArrayOutputStream();
        VectorGraphicsEncoder.saveVectorGraphic(chart, svg, VectorGraphicsFormat.SVG);
        Files.writeString(file, DECIMALS.matcher(svg.toString(StandardCharsets.UTF_8)).replaceAll("$1"));
    }
}
