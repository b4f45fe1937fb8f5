package dev.goshawk.hawq;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.hawq.method.Methods;
import dev.goshawk.hawq.allocate.SizeTarget;
import dev.goshawk.hawq.quantize.BitWidth;
import dev.goshawk.hawq.quantize.UniformQuantizer;
import dev.goshawk.hawq.quantize.family.ValueAwareQuantizer;
import dev.goshawk.hawq.run.RunStart;
import dev.goshawk.hawq.setting.InvalidSettingException;
import dev.goshawk.hawq.setting.Setting;
import dev.goshawk.hawq.training.SmallTraining;
import dev.goshawk.hawq.training.TrainingSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a quantization refuses before any work, and what it keeps of work that was interrupted. */
class HawqRefusalsTest {
    private static final HawqOptions OPTIONS = HawqOptions.standard().withTarget(SizeTarget.ratio(8))
            .withCurvature(CurvatureSettings.standard().withSampleSize(20).withTolerance(0.1).withDraws(4))
            .withFineTuning(FineTuning.standard().withEpochs(0, 0))
            .withTraining(SmallTraining.settings(BitWidth.B4));

    @TempDir
    private Path folder;

    private HawqResult quantize(HawqOptions options, RunStart start, HawqListener listener) throws Exception {
        return Hawq.quantize(SmallTraining.NETWORK, SmallTraining.parameters(), SmallTraining.data(), options, start,
                listener);
    }

    @Test
    void activationsThatAFileCannotSay() {
        Method own = Method.direct().withQuantizer(new ValueAwareQuantizer(0.02, 0.01));
        Path run = folder.resolve("run");
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class,
                () -> quantize(OPTIONS.withMethods(List.of(own)), RunStart.create(run), HawqListener.NONE));
        assertTrue(e.getMessage().startsWith("quantizer: expected uniform activations or one of uniform, lsq"),
                e.getMessage());
        assertFalse(Files.exists(run));
    }

    @Test
    void momentumOutOfItsRange() {
        TrainingSettings s = SmallTraining.settings(BitWidth.B4);
        for (double momentum : new double[] {-0.1, 1, Double.NaN}) {
            InvalidSettingException e = assertThrows(InvalidSettingException.class,
                    () -> new TrainingSettings(s.batch(), 1, momentum, 1e-4, s.augmentation(),
                            UniformQuantizer.standard(), BitWidth.B4, 2));
            assertEquals(Setting.MOMENTUM, e.setting());
        }
    }

    @Test
    void eigenvaluesAreKeptWhileTracesAreFound() throws Exception {
        HawqOptions traces = OPTIONS.withMethods(List.of(new Method("hawq-v2", "HAWQ-V2",
                Methods.byName("hawq-v2").policy(), UniformQuantizer.standard(), false)));
        Path cut = folder.resolve("cut");
        SequencedSet<String> before = new LinkedHashSet<>();
        assertThrows(IllegalStateException.class, () -> quantize(traces, RunStart.create(cut), new HawqListener() {
            @Override
            public void measuring(String what, double fraction) {
                if (what.startsWith("trace of ")) {
                    throw new IllegalStateException("killed");
                }
                before.add(what);
            }
        }));
        assertEquals(40, before.size(), "twenty images are read, and their loss is taken: " + before);
        assertEquals("reading the sample, image 1 of 20", before.getFirst());
        assertEquals("loss of the sample, image 20 of 20", before.getLast());
        assertTrue(Files.exists(cut.resolve("curvature.json")));
        List<String> told = new ArrayList<>();
        HawqResult resumed = quantize(traces, RunStart.resume(cut), new HawqListener() {
            @Override
            public void curvature(Curvature curvature) {
                told.add("eigenvalues");
            }
        });
        assertEquals(List.of(), told, "they are read");
        HawqResult whole = quantize(traces, RunStart.create(folder.resolve("whole")), HawqListener.NONE);
        assertEquals(whole.curvature().blocks(), resumed.curvature().blocks());
        assertEquals(whole.main().decision().allocation(), resumed.main().decision().allocation());
        assertEquals(whole.main().accuracy(), resumed.main().accuracy());
    }
}
