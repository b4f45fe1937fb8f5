package dev.goshawk.hawq;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.data.Normalization;
import dev.goshawk.fingerprint.Fingerprint;
import dev.goshawk.hawq.allocate.BitAllocation;
import dev.goshawk.hawq.allocate.GivenBits;
import dev.goshawk.hawq.allocate.SizeTarget;
import dev.goshawk.hawq.evaluation.Evaluation;
import dev.goshawk.hawq.quantize.BitWidth;
import dev.goshawk.hawq.quantize.family.StoredActivations;
import dev.goshawk.hawq.report.JsonFiles;
import dev.goshawk.hawq.report.RunReport;
import dev.goshawk.hawq.run.RunFolder;
import dev.goshawk.hawq.run.RunFolderException;
import dev.goshawk.hawq.run.RunStart;
import dev.goshawk.hawq.setting.InvalidSettingException;
import dev.goshawk.hawq.setting.Setting;
import dev.goshawk.hawq.training.DivergedException;
import dev.goshawk.hawq.training.EpochResult;
import dev.goshawk.hawq.training.Schedule.Turn;
import dev.goshawk.hawq.training.SmallTraining;
import dev.goshawk.hawq.training.TrainingData;
import dev.goshawk.hawq.training.TrainingListener;
import dev.goshawk.hawq.training.optimizer.LearningRate;
import dev.goshawk.models.ActivationSite;
import dev.goshawk.models.Networks;
import dev.goshawk.models.parameters.Parameters;
import dev.goshawk.tensor.DType;
import dev.goshawk.weights.WeightFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole of HAWQ as a program calls it: a network that is nobody's but the caller's, and images likewise. */
class HawqTest {
    private static final HawqOptions OPTIONS = HawqOptions.standard().withTarget(SizeTarget.ratio(8))
            .withCurvature(CurvatureSettings.standard().withSampleSize(20).withTolerance(0.1))
            .withFineTuning(FineTuning.standard().withEpochs(0.5, 0.5))
            .withTraining(SmallTraining.settings(BitWidth.B4));

    @TempDir
    private Path folder;

    private HawqResult quantize(HawqOptions options, Path run) throws Exception {
        return Hawq.quantize(SmallTraining.NETWORK, SmallTraining.parameters(), SmallTraining.data(), options, run);
    }

    private HawqResult quantize(HawqOptions options, RunStart start, HawqListener listener) throws Exception {
        return Hawq.quantize(SmallTraining.NETWORK, SmallTraining.parameters(), SmallTraining.data(), options, start,
                listener);
    }

    private static String bits(Parameters parameters) {
        return new Fingerprint().addTensors(parameters.tensors()).text();
    }

    private static byte[] model(Path run) throws Exception {
        return Files.readAllBytes(run.resolve(RunFolder.MODEL));
    }

    @Test
    void quantizesReportsAndWrites() throws Exception {
        Path run = folder.resolve("run");
        Parameters weights = SmallTraining.parameters();
        HawqResult result = Hawq.quantize(SmallTraining.NETWORK, weights, SmallTraining.data(),
                OPTIONS.withMethods(List.of(Method.hawq(), Method.direct())), run);
        assertEquals(bits(SmallTraining.parameters()), bits(weights), "they are not changed");
        assertEquals(List.of("hawq", "direct"), result.methods().stream().map(m -> m.method().name()).toList());
        Decision hawq = result.main().decision();
        assertEquals(List.of("first", "middle", "last"),
                result.curvature().blocks().stream().map(c -> c.block().name()).toList());
        assertEquals(BitAllocation.choose(hawq.sensitivities(), SizeTarget.ratio(8)), hawq.allocation());
        assertEquals(20, result.curvature().samples().size());
        RunReport report = JsonFiles.read(run.resolve("run.json"), RunReport.class);
        assertEquals(result.report(), report);
        assertEquals(result.floats().accuracy(), report.baseline().accuracy());
        assertEquals(List.of("baseline", "HAWQ", "Direct"),
                report.results().stream().map(RunReport.Result::method).toList());
        assertEquals("3 classes", report.data().name());
        Parameters written = Parameters.load(SmallTraining.NETWORK, WeightFile.read(run.resolve(RunFolder.MODEL)),
                DType.FLOAT32);
        assertEquals(bits(result.main().model()), bits(written));
        List<String> quantized = hawq.turns().stream()
                .flatMap(turn -> SmallTraining.NETWORK.describe().sites().stream()
                        .filter(site -> site.block().equals(turn.block())).map(ActivationSite::name))
                .toList();
        assertEquals(quantized, WeightFile.read(run.resolve(RunFolder.MODEL)).metadata().keySet().stream()
                .filter(k -> k.startsWith(StoredActivations.RANGE))
                .map(k -> k.substring(StoredActivations.RANGE.length())).toList(),
                "in the order of quantization, in every process");
        assertTrue(Files.exists(run.resolve("direct.safetensors")) && Files.exists(run.resolve("report.html")));
    }

    @Test
    void aRunThatIsResumedEndsWithTheSameBits() throws Exception {
        Path whole = folder.resolve("whole");
        quantize(OPTIONS, whole);
        Path cut = folder.resolve("cut");
        HawqListener killer = new HawqListener() {
            @Override
            public TrainingListener training(Method method) {
                return new TrainingListener() {
                    @Override
                    public void epoch(EpochResult epoch) {
                        if (epoch.stage().equals("final")) {
                            return;
                        }
                        throw new IllegalStateException("killed");
                    }
                };
            }
        };
        assertThrows(IllegalStateException.class,
                () -> quantize(OPTIONS, RunStart.create(cut), killer));
        assertFalse(Files.exists(cut.resolve(RunFolder.MODEL)));
        List<String> told = new ArrayList<>();
        HawqResult resumed = quantize(OPTIONS, RunStart.resume(cut), new HawqListener() {
            @Override
            public void began(RunFolder begun) {
                told.add("resumed " + begun.isResumed());
            }

            @Override
            public void evaluated(Evaluation floats) {
                told.add("evaluated " + floats.samples());
            }

            @Override
            public void curvature(Curvature curvature) {
                told.add("curvature");
            }

            @Override
            public void chosen(Decision decision) {
                told.add("chosen " + decision.turns().size());
            }

            @Override
            public void fromTheStart(Method method) {
                told.add("from the start");
            }

            @Override
            public void trained(MethodResult result) {
                told.add("trained " + result.method().name());
            }
        });
        assertArrayEquals(model(whole), model(cut));
        assertEquals(List.of("resumed true", "evaluated 21", "chosen 3", "from the start", "trained hawq"), told,
                "the curvature is known, a stage without a checkpoint begins anew");
        assertEquals(4, resumed.main().epochs().size());
        RunFolderException other = assertThrows(RunFolderException.class,
                () -> quantize(OPTIONS.withTarget(SizeTarget.ratio(9)), RunStart.resume(cut),
                        HawqListener.NONE));
        assertEquals(RunFolderException.Problem.OTHER_RUN, other.problem());
        assertEquals(RunFolderException.Problem.NOT_EMPTY,
                assertThrows(RunFolderException.class, () -> quantize(OPTIONS, cut)).problem());
        quantize(OPTIONS, RunStart.create(cut, true, Map.of()), HawqListener.NONE);
        assertArrayEquals(model(whole), model(cut));
    }

    @Test
    void widthsThatAreGivenNeedNoCurvature() throws Exception {
        Method given = new Method("mine", "Mine",
                new GivenBits(List.of(BitWidth.B8, BitWidth.FLOAT, BitWidth.B4), false),
                Method.direct().quantizer(), true);
        HawqResult result = quantize(OPTIONS.withMethods(List.of(given)), folder.resolve("run"));
        assertNull(result.curvature());
        assertEquals("8,32,4", result.main().decision().allocation().list());
        assertEquals(List.of(new Turn("last", BitWidth.B4), new Turn("first", BitWidth.B8)),
                result.main().decision().turns());
        assertEquals("bits 8,32,4", result.report().quantization().target());
    }

    @Test
    void imagesOfTheCurvatureCanBeGiven() throws Exception {
        HawqResult result = quantize(
                OPTIONS.withCurvature(OPTIONS.curvature().withSample(new SmallTraining.Images("other", 9))),
                folder.resolve("run"));
        assertEquals(9, result.curvature().samples().size());
        assertEquals("other/0", result.curvature().samples().getFirst());
    }

    @Test
    void randomWeightsGetTheStatisticsOfTheImages() throws Exception {
        HawqOptions brief = OPTIONS.withFineTuning(OPTIONS.fineTuning().withEpochs(0, 0));
        HawqResult plain = quantize(brief, folder.resolve("plain"));
        HawqResult measured = quantize(brief.withUntrained(true), folder.resolve("measured"));
        assertNotEquals(plain.floats(), measured.floats());
        assertNotEquals(bits(plain.main().model()), bits(measured.main().model()));
    }

    @Test
    void whatDoesNotFitIsRefusedBeforeAnyWork() {
        Path run = folder.resolve("run");
        assertEquals("target ratio: expected 1 to 16.0 (every block at 2 bits), got 17.0",
                refusal(() -> quantize(OPTIONS.withTarget(SizeTarget.ratio(17)), run)));
        assertEquals("batch: expected at most the 50 images of the training set, got 51",
                refusal(() -> quantize(OPTIONS.withTraining(
                        new dev.goshawk.hawq.training.TrainingSettings(51, 0, 0.9, 0, OPTIONS.training().augmentation(),
                                OPTIONS.training().quantizer(), BitWidth.B4, 2)),
                        run)));
        assertEquals("bit allocation: expected one width for each of 3 blocks, got 2", refusal(() -> quantize(
                OPTIONS.withMethods(List.of(
                        Method.hawq().withPolicy(new GivenBits(List.of(BitWidth.B2, BitWidth.B2), true)))),
                run)));
        assertEquals("weights: expected the parameters of resnet20, got those of another network",
                refusal(() -> Hawq.quantize(Networks.byName("resnet20", 3), SmallTraining.parameters(),
                        SmallTraining.data(), OPTIONS, run)));
        TrainingData two = new TrainingData(new TwoClasses("train"), new TwoClasses("test"), Normalization.IMAGENET);
        assertEquals("data: expected 3 classes, the outputs of small, got 2", refusal(
                () -> Hawq.quantize(SmallTraining.NETWORK, SmallTraining.parameters(), two, OPTIONS, run)));
        assertFalse(Files.exists(run));
    }

    private static String refusal(org.junit.jupiter.api.function.Executable what) {
        return String.valueOf(assertThrows(IllegalArgumentException.class, what).getMessage());
    }

    private record TwoClasses(String split) implements dev.goshawk.data.ImageDataset {
        @Override
        public int size() {
            return 8;
        }

        @Override
        public int height() {
            return 8;
        }

        @Override
        public int width() {
            return 8;
        }

        @Override
        public int label(int image) {
            return image % 2;
        }

        @Override
        public String name(int image) {
            return split + image;
        }

        @Override
        public List<String> classes() {
            return List.of("a", "b");
        }

        @Override
        public void pixels(int image, byte[] rgb, int offset) {
            rgb[offset] = (byte) image;
        }
    }

    @Test
    void settingsOutOfTheirRangeSayWhich() {
        FineTuning f = FineTuning.standard();
        InvalidSettingException e = assertThrows(InvalidSettingException.class, () -> f.withEpochs(-1, 0));
        assertEquals(Setting.EPOCHS_PER_BLOCK, e.setting());
        assertEquals("epochs per block: expected a number of epochs from 0 to 1000000, got -1.0", e.getMessage());
        assertEquals(Setting.FINAL_EPOCHS,
                assertThrows(InvalidSettingException.class, () -> f.withEpochs(0, Double.NaN)).setting());
        CurvatureSettings c = CurvatureSettings.standard();
        assertEquals(Setting.TOLERANCE,
                assertThrows(InvalidSettingException.class, () -> c.withTolerance(0)).setting());
        assertEquals(Setting.SAMPLE_SIZE,
                assertThrows(InvalidSettingException.class, () -> c.withSampleSize(0)).setting());
        assertThrows(IllegalArgumentException.class, () -> OPTIONS.withMethods(List.of()));
        assertThrows(IllegalArgumentException.class,
                () -> OPTIONS.withMethods(List.of(Method.hawq(), Method.hawq())));
    }

    @Test
    void aLaterMethodThatDivergesLeavesTheFirst() throws Exception {
        // Nothing is quantized in it, so that it takes no step.
        Method floats = Method.hawq().withPolicy(GivenBits.everywhere(BitWidth.FLOAT));
        HawqOptions options = OPTIONS.withMethods(List.of(floats, Method.direct()))
                .withFineTuning(new FineTuning(0.2, 0, new LearningRate.Constant(1e30), false, true));
        HawqOptions first = OPTIONS.withMethods(List.of(Method.direct()))
                .withFineTuning(options.fineTuning());
        assertThrows(DivergedException.class, () -> quantize(first, folder.resolve("first")));
        HawqResult result = quantize(options, folder.resolve("run"));
        assertEquals(List.of("hawq"), result.methods().stream().map(m -> m.method().name()).toList());
        assertEquals(1, result.failures().size());
        assertEquals(2, result.report().results().size());
    }
}
