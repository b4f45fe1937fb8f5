package dev.goshawk.hawq.search.haq;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.backend.Backends;
import dev.goshawk.backend.ThreadPool;
import dev.goshawk.hawq.allocate.BitAllocation;
import dev.goshawk.hawq.allocate.SearchSettings;
import dev.goshawk.hawq.allocate.SizeTarget;
import dev.goshawk.hawq.quantize.BitWidth;
import dev.goshawk.hawq.search.Found;
import dev.goshawk.hawq.search.SearchListener;
import dev.goshawk.hawq.search.SearchTask;
import dev.goshawk.hawq.setting.InvalidSettingException;
import dev.goshawk.hawq.setting.Setting;
import dev.goshawk.hawq.training.Checkpoints;
import dev.goshawk.hawq.training.SmallTraining;
import dev.goshawk.hawq.training.TrainingData;
import dev.goshawk.models.Networks;
import dev.goshawk.models.NetworkDescription;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HaqPolicyTest {
    @TempDir
    private Path folder;

    private static SearchTask task(TrainingData data) {
        return new SearchTask(SmallTraining.NETWORK, SmallTraining.NETWORK.describe().blocks(),
                SmallTraining.parameters(), data, SmallTraining.settings(BitWidth.B4), SizeTarget.ratio(9),
                Backends.defaultBackend());
    }

    private static HaqPolicy policy(int episodes, int images) {
        return new HaqPolicy(BitAllocation.CHOICES,
                SearchSettings.standard().withLength(1, episodes).withImages(images));
    }

    private Found search(HaqPolicy policy, TrainingData data, String name) {
        return policy.search(task(data), new Checkpoints(folder.resolve(name), "t"), SearchListener.NONE);
    }

    @Test
    void theBestOfTheTrialsIsTakenAndFits() {
        Found found = search(policy(4, 16), SmallTraining.data(), "run");
        assertTrue(found.allocation().ratio() >= 9, found.allocation().list());
        assertEquals(4, found.report().rewards().size());
        assertEquals(List.of(16, 5), List.of(found.report().images(), found.report().heldOut()));
        assertTrue(found.report().rewards().stream().allMatch(r -> r >= -10 && r <= 10));
    }

    @Test
    void anyNumberOfThreadsFindsTheSame() {
        List<Found> found = new ArrayList<>();
        for (int threads : new int[] {1, 3}) {
            SearchTask plain = task(SmallTraining.data());
            SearchTask task = new SearchTask(plain.network(), plain.blocks(), plain.weights(), plain.data(),
                    plain.settings(), plain.target(), Backends.select(null, ThreadPool.ofThreads(threads)));
            found.add(policy(4, 8).search(task, Checkpoints.none(), SearchListener.NONE));
        }
        assertEquals(found.getFirst().report().rewards(), found.getLast().report().rewards());
        assertEquals(found.getFirst().allocation(), found.getLast().allocation());
    }

    @Test
    void heldOutImagesGiveTheRewardWhereThereAreAny() {
        Found found = search(policy(2, 0), SmallTraining.data().holdOut(20, 1), "run");
        assertEquals(List.of(0, 20), List.of(found.report().images(), found.report().heldOut()));
    }

    @Test
    void aSearchThatIsKilledGoesOnWithTheSameResult() {
        Found whole = search(policy(3, 8), SmallTraining.data(), "whole");
        AtomicInteger told = new AtomicInteger();
        Checkpoints checkpoints = new Checkpoints(folder.resolve("killed"), "t");
        assertThrows(IllegalStateException.class,
                () -> policy(3, 8).search(task(SmallTraining.data()), checkpoints, (what, fraction) -> {
                    if (told.incrementAndGet() == 3) {
                        throw new IllegalStateException("killed");
                    }
                }));
        AtomicInteger again = new AtomicInteger();
        Found resumed = policy(3, 8).search(task(SmallTraining.data()), checkpoints,
                (what, fraction) -> again.incrementAndGet());
        assertEquals(1, again.get(), "two episodes are over");
        assertEquals(whole.allocation(), resumed.allocation());
        assertEquals(whole.report().rewards(), resumed.report().rewards());
        assertTrue(assertThrows(IllegalArgumentException.class,
                () -> policy(2, 8).search(task(SmallTraining.data()), checkpoints, SearchListener.NONE)).getMessage()
                .endsWith(": is a checkpoint of another search"));
    }

    @Test
    void moreImagesThanThereAreAreRefused() {
        policy(1, 45).requireSearchable(task(SmallTraining.data()));
        InvalidSettingException e = assertThrows(InvalidSettingException.class,
                () -> policy(1, 46).requireSearchable(task(SmallTraining.data())));
        assertEquals(Setting.SEARCH_IMAGES, e.setting());
        assertEquals("search images: expected 0 to 45 training images that are not held out, got 46", e.getMessage());
    }

    @Test
    void anAgentSeesTheGeometryOfEachBlock() {
        NetworkDescription resnet20 = Networks.byName("resnet20").byLayer().describe();
        double[][] features = BlockFeatures.of(resnet20.blocks(), resnet20.parameters());
        // Not depthwise; 3 of 3 to 64 channels in, 16 of 10 to 64 out; stride 1 of 1 to 8, kernel 3; fewest weights, largest side.
        double[] first = features[0];
        assertArrayEquals(new double[] {0, 0, 6 / 54.0, 0, 1, 0, 1, 0, 0}, first, 1e-9);
        assertEquals(20, features.length);
        double[] last = features[features.length - 1];
        assertArrayEquals(new double[] {0, 1, 0, 1, 0}, new double[] {last[0], last[1], last[2], last[3], last[4]},
                1e-9);
        assertEquals(1, last[7]);
    }
}
