package dev.goshawk.hawq.cli.command;

import dev.goshawk.hawq.cli.option.QuantizationOptions;
import dev.goshawk.hawq.cli.print.Reports;
import dev.goshawk.hawq.cli.print.Version;

import dev.goshawk.backend.Backend;
import dev.goshawk.hawq.cli.command.QuantizationRun.Outcome;
import dev.goshawk.hawq.training.Schedule.Turn;
import dev.goshawk.hawq.curvature.BlockCurvature;
import dev.goshawk.hawq.allocate.BitAllocation;
import dev.goshawk.hawq.quantize.BitWidth;
import dev.goshawk.hawq.allocate.Compression;
import dev.goshawk.hawq.allocate.Sensitivity;
import dev.goshawk.hawq.report.RunReport;
import dev.goshawk.hawq.run.RunFolder;
import dev.goshawk.models.Block;
import dev.goshawk.models.Network;
import dev.goshawk.models.parameters.Parameters;
import dev.goshawk.tensor.DType;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Puts a quantization run's report together. */
final class QuantizationReport {
    private final RunFolder folder;
    private final Network network;
    private final Parameters parameters;
    private final Backend backend;
    private final BitWidth activationBits;
    private final String target;

    QuantizationReport(RunFolder folder, Network network, Parameters parameters, Backend backend,
            QuantizationOptions options) {
        this.folder = folder;
        this.network = network;
        this.parameters = parameters;
        this.backend = backend;
        this.activationBits = options.activationBits();
        this.target = options.targetText();
    }

    /** The report; the first outcome is the headline. */
    RunReport of(List<Outcome> outcomes, CurvatureStep.@Nullable Curvature curvature, RunReport.Result baseline,
            RunReport.Data data, String source, int threads, long seed) {
        Outcome main = outcomes.getFirst();
        List<RunReport.Result> results = new ArrayList<>(List.of(baseline));
        outcomes.forEach(o -> results.add(row(o)));
        return new RunReport(Version.project(), folder.settings().created(), folder.settings().command(), main.label(),
                Reports.environment(backend, threads, DType.FLOAT32),
                Map.of("curvature sample and start vectors, order and augmentation", seed), data,
                Reports.model(network, parameters, source), curvature == null ? null : curvature.report(),
                quantization(main),
                blocks(main),
                outcomes.stream().map(o -> new RunReport.Schedule(o.label(), o.epochs())).toList(), results);
    }

    private RunReport.Result row(Outcome o) {
        BitWidth least = o.allocation().bits().stream().min(Comparator.comparingInt(BitWidth::bits))
                .orElse(BitWidth.FLOAT);
        boolean mixed = o.allocation().bits().stream().distinct().count() > 1;
        return new RunReport.Result(o.label(), least + (mixed ? " MP" : ""), activationBits.toString(), o.accuracy(),
                o.allocation().ratio(), activationRatio(), Reports.THIS_RUN);
    }

    private double activationRatio() {
        return 32.0 / activationBits.bits();
    }

    private RunReport.Quantization quantization(Outcome main) {
        String weights = main.quantizer().describeWeights();
        String activations = activationBits.isFloat()
                ? "float"
                : activationBits + " bits unsigned after each ReLU, " + main.quantizer().describeActivations();
        BitAllocation allocation = main.allocation();
        return new RunReport.Quantization(weights, activations, target, allocation.ratio(), allocation.mebibytes(),
                activationRatio(), Compression.convention());
    }

    private List<RunReport.BlockRow> blocks(Outcome main) {
        List<RunReport.BlockRow> rows = new ArrayList<>();
        List<String> order = main.turns().stream().map(Turn::block).toList();
        for (Block b : main.allocation().blocks()) {
            BitWidth bits = main.allocation().of(b);
            Sensitivity s = main.sensitivities().stream().filter(e -> e.block().equals(b)).findFirst().orElse(null);
            BlockCurvature top = s == null ? null : s.curvature();
            double perturbation = b.weights().stream()
                    .mapToDouble(n -> main.quantizer().perturbation(parameters.get(n), bits))
                    .sum();
            int turn = order.indexOf(b.name());
            rows.add(new RunReport.BlockRow(b.name(), b.weights(), b.weightCount(),
                    top == null ? null : top.eigenvalue(),
                    top == null ? null : top.residual(), top == null ? null : top.products(),
                    top == null ? null : top.converged(), s == null ? null : s.value(), bits.bits(), perturbation,
                    s == null ? null : s.omega(bits), turn < 0 ? null : turn + 1));
        }
        return rows;
    }
}
