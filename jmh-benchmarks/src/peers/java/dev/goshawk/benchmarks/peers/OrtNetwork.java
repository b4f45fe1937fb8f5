package dev.goshawk.benchmarks.peers;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.goshawk.benchmarks.work.Logits;
import dev.goshawk.benchmarks.work.Problem;
import dev.goshawk.benchmarks.work.Workload;
import dev.goshawk.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Map;

/** A network in ONNX Runtime on a problem's images, with all its optimizations. */
final class OrtNetwork implements Workload {
    private static final OrtEnvironment ENVIRONMENT = OrtEnvironment.getEnvironment();

    private final Problem problem;
    private final OrtSession session;
    private final Map<String, OnnxTensor> inputs;

    OrtNetwork(byte[] model, Problem problem, int threads) {
        this.problem = problem;
        try {
            session = session(model, threads);
            inputs = Map.of(session.getInputNames().iterator().next(), images(problem.images()));
        } catch (OrtException e) {
            throw new IllegalStateException(e);
        }
    }

    static OrtSession session(byte[] model, int threads) throws OrtException {
        OrtSession.SessionOptions options = new OrtSession.SessionOptions();
        options.setIntraOpNumThreads(threads);
        options.setInterOpNumThreads(1);
        options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
        return ENVIRONMENT.createSession(model, options);
    }

    /** Images [batch, height, width, 3] as [batch, 3, height, width]. */
    static OnnxTensor images(Tensor images) throws OrtException {
        int batch = images.shape().dim(0);
        int pixels = images.shape().dim(1) * images.shape().dim(2);
        FloatBuffer planes = ByteBuffer.allocateDirect(images.size() * Float.BYTES).order(ByteOrder.nativeOrder())
                .asFloatBuffer();
        for (int i = 0; i < images.size(); i++) {
            planes.put(i / (3 * pixels) * 3 * pixels + i % 3 * pixels + i / 3 % pixels, (float) images.get(i));
        }
        return OnnxTensor.createTensor(ENVIRONMENT, planes,
                new long[] {batch, 3, images.shape().dim(1), images.shape().dim(2)});
    }

    @Override
    public Map<String, Double> facts() {
        try (OrtSession.Result result = session.run(inputs)) {
            float[][] rows = (float[][]) result.get(0).getValue();
            double[] logits = new double[rows.length * rows[0].length];
            for (int i = 0; i < logits.length; i++) {
                logits[i] = rows[i / rows[0].length][i % rows[0].length];
            }
            return Logits.facts(logits, problem.batch());
        } catch (OrtException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void run() {
        try {
            session.run(inputs).close();
        } catch (OrtException e) {
            throw new IllegalStateException(e);
        }
    }
}
