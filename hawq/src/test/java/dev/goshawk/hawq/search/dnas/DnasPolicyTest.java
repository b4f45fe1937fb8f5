package dev.goshawk.hawq.search.dnas;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.backend.Backends;
import dev.goshawk.backend.ThreadPool;
import dev.goshawk.hawq.allocate.BitAllocation;
import dev.goshawk.hawq.allocate.Compression;
import dev.goshawk.hawq.allocate.SearchSettings;
import dev.goshawk.hawq.allocate.SizeTarget;
import dev.goshawk.hawq.quantize.BitWidth;
import dev.goshawk.hawq.quantize.family.Quantizers;
import dev.goshawk.hawq.report.RunReport;
import dev.goshawk.hawq.search.Found;
import dev.goshawk.hawq.search.SearchListener;
import dev.goshawk.hawq.search.SearchTask;
import dev.goshawk.hawq.setting.InvalidSettingException;
import dev.goshawk.hawq.setting.Setting;
import dev.goshawk.hawq.training.Checkpoints;
import dev.goshawk.hawq.training.SmallTraining;
import dev.goshawk.hawq.training.TrainingData;
import dev.goshawk.models.Block;
import dev.goshawk.models.Network;
import dev.goshawk.models.parameters.Parameters;
import dev.goshawk.tensor.DType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DnasPolicyTest {
    private static final List<Block> BLOCKS = SmallTraining.NETWORK.describe().blocks();

    @TempDir
    private Path folder;

    private static SearchTask task(SizeTarget target) {
        return task(target, SmallTraining.data());
    }

    private static SearchTask task(SizeTarget target, TrainingData data) {
        return new SearchTask(SmallTraining.NETWORK, BLOCKS, SmallTraining.parameters(), data,
                SmallTraining.settings(BitWidth.B4), target, Backends.defaultBackend());
    }

    private static DnasPolicy policy(double epochs, double gamma) {
        return new DnasPolicy(BitAllocation.CHOICES,
                SearchSettings.standard().withLength(epochs, 1).withGamma(gamma));
    }

    private Found search(DnasPolicy policy, SizeTarget target, String name) {
        return policy.search(task(target), new Checkpoints(folder.resolve(name), "t"), SearchListener.NONE);
    }

    /** Expected bits a weight. */
    private static double meanBits(RunReport.Search report) {
        double bits = 0;
        for (Block b : BLOCKS) {
            List<Double> p = report.probabilities().get(b.name());
            for (int k = 0; k < p.size(); k++) {
                bits += b.weightCount() * p.get(k) * report.widths().get(k);
            }
        }
        return bits / Compression.weights(BLOCKS);
    }

    @Test
    void aLargerGammaMakesTheNetworkSmaller() {
        SizeTarget anything = SizeTarget.ratio(4);
        Found free = search(policy(20, 0), anything, "free");
        Found costly = search(policy(20, 60), anything, "costly");
        assertTrue(meanBits(costly.report()) < meanBits(free.report()) - 1,
                meanBits(costly.report()) + " " + meanBits(free.report()));
        assertTrue(costly.allocation().ratio() > free.allocation().ratio(),
                costly.allocation().list() + " " + free.allocation().list());
    }

    @Test
    void everyAssignmentFitsAndIsTheMostProbableThatDoes() {
        for (double ratio : new double[] {4, 8, 13, 16}) {
            Found found = search(policy(2, 0), SizeTarget.ratio(ratio), "r" + ratio);
            assertTrue(found.allocation().ratio() >= ratio, ratio + " " + found.allocation().list());
            double best = Double.NEGATIVE_INFINITY;
            for (int choice = 0; choice < 125; choice++) {
                int[] at = {choice % 5, choice / 5 % 5, choice / 25};
                double log = 0;
                for (int i = 0; i < 3; i++) {
                    log += Math.log(found.report().probabilities().get(BLOCKS.get(i).name()).get(at[i]));
                }
                BitAllocation a = new BitAllocation(BLOCKS, List.of(BitAllocation.CHOICES.get(at[0]),
                        BitAllocation.CHOICES.get(at[1]), BitAllocation.CHOICES.get(at[2])));
                best = a.ratio() >= ratio ? Math.max(best, log) : best;
            }
            double own = 0;
            for (Block b : BLOCKS) {
                own += Math.log(found.report().probabilities().get(b.name())
                        .get(BitAllocation.CHOICES.indexOf(found.allocation().of(b))));
            }
            assertEquals(best, own, 1e-9);
        }
    }

    @Test
    void aSearchThatIsKilledGoesOnWithTheSameResult() {
        Found whole = search(policy(3, 4), SizeTarget.ratio(9), "whole");
        for (int end : new int[] {1, 4, 9}) {
            AtomicInteger steps = new AtomicInteger();
            Checkpoints checkpoints = new Checkpoints(folder.resolve("killed" + end), "t");
            assertThrows(IllegalStateException.class, () -> policy(3, 4).search(task(SizeTarget.ratio(9)), checkpoints,
                    (what, fraction) -> {
                        if (steps.incrementAndGet() == end) {
                            throw new IllegalStateException("killed");
                        }
                    }));
            Found resumed = policy(3, 4).search(task(SizeTarget.ratio(9)), checkpoints, SearchListener.NONE);
            assertEquals(whole.allocation(), resumed.allocation());
            assertEquals(whole.report().probabilities(), resumed.report().probabilities());
        }
        // What is over is read.
        Found again = policy(3, 4).search(task(SizeTarget.ratio(9)), new Checkpoints(folder.resolve("whole"), "t"),
                (what, fraction) -> {
                    throw new IllegalStateException("searched again");
                });
        assertEquals(whole, again);
    }

    @Test
    void imagesAreDividedAndTheTestImagesAreNotAmongThem() {
        Found all = search(policy(1, 4), SizeTarget.ratio(9), "all");
        assertEquals(List.of(50, 10), List.of(all.report().images(), all.report().heldOut()));
        DnasPolicy some = new DnasPolicy(BitAllocation.CHOICES,
                SearchSettings.standard().withLength(1, 1).withImages(20));
        Found fewer = search(some, SizeTarget.ratio(9), "some");
        assertEquals(List.of(20, 4), List.of(fewer.report().images(), fewer.report().heldOut()));
        for (int images : new int[] {0, 1, 51}) {
            InvalidSettingException e = assertThrows(InvalidSettingException.class,
                    () -> new DnasPolicy(BitAllocation.CHOICES, SearchSettings.standard().withImages(images))
                            .requireSearchable(task(SizeTarget.ratio(9))));
            assertEquals(Setting.SEARCH_IMAGES, e.setting());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"uniform", "lsq", "pact", "dorefa", "lq-nets", "rvquant"})
    void anyQuantizerRoundsToTheWidthsThatAreMixed(String name) {
        SearchTask plain = task(SizeTarget.ratio(9));
        SearchTask task = new SearchTask(plain.network(), BLOCKS, plain.weights(), plain.data(),
                plain.settings().withQuantizer(Quantizers.byName(name)), plain.target(), plain.backend());
        Found found = policy(1, 4).search(task, Checkpoints.none(), SearchListener.NONE);
        assertTrue(found.allocation().ratio() >= 9, found.allocation().list());
        found.report().probabilities().values()
                .forEach(p -> assertEquals(1, p.stream().mapToDouble(x -> x).sum(), 1e-9));
    }

    @Test
    void layersOnAnyNumberOfThreadsGetTheSameWidths() {
        Network layers = SmallTraining.NETWORK.byLayer();
        List<Found> found = new ArrayList<>();
        for (int threads : new int[] {1, 3}) {
            SearchTask task = new SearchTask(layers, layers.describe().blocks(),
                    Parameters.load(layers, SmallTraining.parameters().toWeights("test"), DType.FLOAT32),
                    SmallTraining.data(), SmallTraining.settings(BitWidth.B4), SizeTarget.ratio(9),
                    Backends.select(null, ThreadPool.ofThreads(threads)));
            found.add(policy(3, 4).search(task, Checkpoints.none(), SearchListener.NONE));
        }
        assertEquals(4, found.getFirst().allocation().bits().size());
        assertEquals(found.getFirst().report().probabilities(), found.getLast().report().probabilities());
        assertEquals(found.getFirst().allocation(), found.getLast().allocation());
    }

    @Test
    void whatItTakesInMemoryIsKnownBefore() {
        long bytes = policy(1, 4).plans(task(SizeTarget.ratio(9))).getFirst().footprint().bytes();
        assertTrue(bytes > 0);
    }
}
