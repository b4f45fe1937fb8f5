package dev.goshawk.benchmarks.peers;

import dev.goshawk.benchmarks.compare.Worker;
import dev.goshawk.benchmarks.work.Gemm;
import dev.goshawk.benchmarks.work.Workload;
import java.io.IOException;
import java.util.Map;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.openblas.global.openblas;

/** The peer in OpenBLAS, in a process of its own. */
public final class BlasWorker {
    private BlasWorker() {
    }

    /** Takes no arguments: threads and kernels come from the environment. */
    public static void main(String[] arguments) throws IOException {
        Worker.serve(name -> {
            int n = Integer.parseInt(name.substring(name.indexOf('/') + 1));
            return new Sgemm(n);
        });
    }

    private static final class Sgemm implements Workload {
        private final int n;
        private final FloatPointer a;
        private final FloatPointer b;
        private final FloatPointer c;

        Sgemm(int n) {
            this.n = n;
            a = new FloatPointer(Gemm.numbers(n * n, 1));
            b = new FloatPointer(Gemm.numbers(n * n, 2));
            c = new FloatPointer(new float[n * n]);
        }

        @Override
        public Map<String, Double> facts() {
            run();
            float[] result = new float[n * n];
            c.get(result);
            return Gemm.facts(n, n, n, result);
        }

        @Override
        public void run() {
            openblas.cblas_sgemm(openblas.CblasRowMajor, openblas.CblasNoTrans, openblas.CblasNoTrans, n, n, n, 1, a, n, b,
                    n, 0, c, n);
        }

        @Override
        public void close() {
            a.close();
            b.close();
            c.close();
        }
    }
}
