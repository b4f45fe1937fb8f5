package dev.goshawk.benchmarks.peers;

import ai.onnxruntime.OrtSession;
import dev.goshawk.benchmarks.work.ClassifyProgram;
import dev.goshawk.data.Normalization;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.awt.image.BufferedImage;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import javax.imageio.ImageIO;

/** A whole program: loads an ONNX file and classifies one image of its size. */
public final class OrtProgram {
    private OrtProgram() {
    }

    /** Takes the number of threads, the model's file and the image's. */
    public static void main(String[] arguments) throws Exception {
        long start = System.nanoTime();
        OrtSession session = OrtNetwork.session(Files.readAllBytes(Path.of(arguments[1])),
                Integer.parseInt(arguments[0]));
        System.out.println(ClassifyProgram.LOADED + (System.nanoTime() - start) / 1e6);
        BufferedImage image = ImageIO.read(new File(arguments[2]));
        int width = image.getWidth();
        Tensor pixels = Tensor.zeros(DType.FLOAT32, Shape.of(1, image.getHeight(), width, 3));
        for (int i = 0; i < pixels.size(); i++) {
            int p = i / 3;
            pixels.set(i, Normalization.IMAGENET.normalized(i % 3,
                    image.getRGB(p % width, p / width) >> 16 - 8 * (i % 3) & 0xFF));
        }
        try (OrtSession.Result result = session.run(Map.of(session.getInputNames().iterator().next(),
                OrtNetwork.images(pixels)))) {
            float[] logits = ((float[][]) result.get(0).getValue())[0];
            int best = 0;
            for (int c = 1; c < logits.length; c++) {
                best = logits[c] > logits[best] ? c : best;
            }
            System.out.println(best);
        }
    }
}
