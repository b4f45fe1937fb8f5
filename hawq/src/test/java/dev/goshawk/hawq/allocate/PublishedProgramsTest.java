package dev.goshawk.hawq.allocate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.hawq.allocate.solve.IntegerProgram;
import dev.goshawk.hawq.report.JsonFiles;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** HAWQ-V3's integer programs with the inputs that its authors published. */
class PublishedProgramsTest {
    /** Inputs of HAWQ-V3's integer program as its authors published them; optima by trying all. */
    record Published(double[] mean_trace, double[] squared_change_8bit, double[] squared_change_4bit,
            double[] parameters, double[] macs, double[] latency_4bit_ms, double[] latency_8bit_ms, int[][] tied,
            List<Optimum> optimum) {
        record Optimum(String limit, double share, int[] bits, double objective, double used, double allowed) {
        }

        static Published of(String network) throws URISyntaxException {
            Path file = Path.of(Objects.requireNonNull(PublishedProgramsTest.class
                    .getResource("/dev/goshawk/hawq/allocate/hawq_v3_" + network + ".json")).toURI());
            return JsonFiles.read(file, Published.class);
        }

        /** The layers that share a width, each with its first. */
        int[] groups() {
            int[] group = new int[mean_trace.length];
            Arrays.setAll(group, i -> i);
            for (int[] pair : tied) {
                group[pair[1]] = group[pair[0]];
            }
            return group;
        }

        double[][] omega() {
            return pairs(squared_change_4bit, squared_change_8bit, mean_trace);
        }

        double[][] use(String limit) {
            double[] one = new double[parameters.length];
            Arrays.fill(one, 1);
            return switch (limit) {
                case "size" -> pairs(scaled(parameters, 0.5), parameters, one);
                case "bops" -> pairs(scaled(macs, 16), scaled(macs, 64), one);
                default -> pairs(latency_4bit_ms, latency_8bit_ms, one);
            };
        }

        private static double[] scaled(double[] v, double factor) {
            return Arrays.stream(v).map(x -> x * factor).toArray();
        }

        /** [layer][4 bits, 8 bits], summed into the first of tied layers. */
        private double[][] pairs(double[] four, double[] eight, double[] factor) {
            double[][] all = new double[four.length][2];
            int[] group = groups();
            for (int i = 0; i < four.length; i++) {
                all[group[i]][0] += four[i] * factor[i];
                all[group[i]][1] += eight[i] * factor[i];
            }
            return all;
        }
    }

    @Test
    void publishedProgramsHaveTheirPublishedOptima() throws URISyntaxException {
        Published p = Published.of("resnet18");
        assertEquals(9, p.optimum().size());
        for (Published.Optimum o : p.optimum()) {
            IntegerProgram.Solution found = IntegerProgram
                    .least(p.omega(), new double[][][] {p.use(o.limit())}, new double[] {o.allowed()}).orElseThrow();
            assertEquals(o.objective(), found.cost(), 1e-9 * o.objective(), o.limit() + " " + o.share());
            assertEquals(0, found.gap());
            int[] group = p.groups();
            for (int i = 0; i < group.length; i++) {
                assertEquals(o.bits()[i], found.options()[group[i]] == 0 ? 4 : 8,
                        o.limit() + " " + o.share() + " " + i);
            }
        }
    }

    @Test
    void publishedProgramOfFiftyTwoLayersUnderAllLimitsAtOnce() throws URISyntaxException {
        Published p = Published.of("resnet50");
        double[][][] use = {p.use("size"), p.use("bops"), p.use("latency")};
        for (double share : new double[] {0.25, 0.5, 0.75}) {
            double[] limit = new double[3];
            double before = 0;
            for (int k = 0; k < 3; k++) {
                double four = Arrays.stream(use[k]).mapToDouble(u -> u[0]).sum();
                double eight = Arrays.stream(use[k]).mapToDouble(u -> u[1]).sum();
                limit[k] = four + share * (eight - four);
                IntegerProgram.Solution one = IntegerProgram
                        .least(p.omega(), new double[][][] {use[k]}, new double[] {limit[k]}).orElseThrow();
                assertEquals(0, one.gap());
                before = Math.max(before, one.cost());
            }
            IntegerProgram.Solution all = IntegerProgram.least(p.omega(), use, limit).orElseThrow();
            assertEquals(0, all.gap());
            assertTrue(all.cost() >= before - 1e-12, "more limits, no less cost");
            for (int k = 0; k < 3; k++) {
                double used = 0;
                for (int i = 0; i < 52; i++) {
                    used += use[k][i][all.options()[i]];
                }
                assertTrue(used <= limit[k] * (1 + 1e-12));
            }
        }
    }
}
