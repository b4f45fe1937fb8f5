package dev.goshawk.onnx.form;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import dev.goshawk.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;

/** What ONNX Runtime makes of a file. */
final class Runtime {
    private Runtime() {
    }

    /** The output "y", or the first one, from the input that is no array of the file. */
    static double[] output(Path file, Tensor x) throws OrtException {
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setIntraOpNumThreads(1);
            try (OrtSession session = environment.createSession(file.toString(), options)) {
                String input = session.getInputNames().iterator().next();
                String name = session.getOutputNames().contains("y") ? "y" : session.getOutputNames().iterator().next();
                TensorInfo info = (TensorInfo) session.getInputInfo().get(input).getInfo();
                long[] dims = Arrays.stream(x.shape().dims()).asLongStream().toArray();
                try (OnnxTensor given = given(environment, info, x, dims);
                        OrtSession.Result result = session.run(Map.of(input, given))) {
                    OnnxTensor z = (OnnxTensor) result.get(name).orElseThrow();
                    double[] all = new double[(int) z.getInfo().getNumElements()];
                    if (z.getInfo().type == OnnxJavaType.DOUBLE) {
                        z.getDoubleBuffer().get(all);
                    } else {
                        Arrays.setAll(all, z.getFloatBuffer()::get);
                    }
                    return all;
                }
            }
        }
    }

    private static OnnxTensor given(OrtEnvironment environment, TensorInfo info, Tensor x, long[] dims)
            throws OrtException {
        return switch (info.type) {
            case FLOAT16 -> {
                ByteBuffer bytes = ByteBuffer.allocateDirect(2 * x.size()).order(ByteOrder.nativeOrder());
                for (double v : x.toDoubles()) {
                    bytes.putShort(Float.floatToFloat16((float) v));
                }
                yield OnnxTensor.createTensor(environment, bytes.flip(), dims, info.type);
            }
            case DOUBLE -> OnnxTensor.createTensor(environment, DoubleBuffer.wrap(x.toDoubles()), dims);
            default -> {
                float[] f = new float[x.size()];
                for (int i = 0; i < f.length; i++) {
                    f[i] = (float) x.get(i);
                }
                yield OnnxTensor.createTensor(environment, FloatBuffer.wrap(f), dims);
            }
        };
    }
}
