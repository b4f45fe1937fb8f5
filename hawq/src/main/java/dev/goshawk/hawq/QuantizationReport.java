package dev.goshawk.hawq;

import dev.goshawk.hawq.allocate.BitAllocation;
import dev.goshawk.hawq.allocate.Compression;
import dev.goshawk.hawq.allocate.Sensitivity;
import dev.goshawk.hawq.curvature.BlockCurvature;
import dev.goshawk.hawq.quantize.BitWidth;
import dev.goshawk.hawq.quantize.Quantizer;
import dev.goshawk.hawq.report.RunReport;
import dev.goshawk.hawq.run.ReportParts;
import dev.goshawk.hawq.run.RunFolder;
import dev.goshawk.hawq.training.Schedule.Turn;
import dev.goshawk.hawq.training.TrainingData;
import dev.goshawk.models.ActivationSite;
import dev.goshawk.models.Block;
import dev.goshawk.models.Network;
import dev.goshawk.models.parameters.Parameters;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Puts a quantization run's report together. */
final class QuantizationReport {
    private final RunFolder folder;
    private final Network network;
    private final Parameters weights;
    private final TrainingData data;
    private final HawqOptions options;
    private final RunOrigin origin;
    private final BitWidth activationBits;
    private final List<ActivationSite> sites;

    QuantizationReport(RunFolder folder, Network network, Parameters weights, TrainingData data, HawqOptions options,
            RunOrigin origin) {
        this.folder = folder;
        this.network = network;
        this.weights = weights;
        this.data = data;
        this.options = options;
        this.origin = origin;
        this.sites = network.describe().sites();
        this.activationBits = sites.isEmpty() ? BitWidth.FLOAT : options.training().activationBits();
    }

    /** The report; the first result is the headline. */
    RunReport of(List<MethodResult> results, @Nullable Curvature curvature, double floatAccuracy) {
        MethodResult main = results.getFirst();
        List<RunReport.Result> rows = new ArrayList<>(List.of(ReportParts.baseline(floatAccuracy)));
        results.forEach(r -> rows.add(row(r)));
        String name = origin.data() == null ? data.train().classes().size() + " classes" : origin.data();
        return new RunReport(ReportParts.version(), folder.settings().created(), folder.settings().command(),
                main.method().label(), ReportParts.environment(options.backend(), origin.threads(), weights.dtype()),
                Map.of("curvature sample and start vectors, order and augmentation", options.training().seed()),
                ReportParts.data(name, origin.location(), data, options.training().augmentation(),
                        curvature == null ? List.of() : curvature.samples()),
                ReportParts.model(network, weights, origin.weights()), curvature == null ? null : curvature.report(),
                results.stream().map(r -> r.decision().search()).filter(Objects::nonNull).toList(),
                quantization(main), blocks(main.decision()),
                results.stream().map(r -> new RunReport.Schedule(r.method().label(), r.epochs())).toList(),
                rows);
    }

    private RunReport.Result row(MethodResult result) {
        BitAllocation allocation = result.decision().allocation();
        BitWidth least = allocation.bits().stream().min(Comparator.comparingInt(BitWidth::bits)).orElse(BitWidth.FLOAT);
        boolean mixed = allocation.bits().stream().distinct().count() > 1;
        return new RunReport.Result(result.method().label(), least + (mixed ? " MP" : ""),
                activationBits(result.decision()), result.accuracy(), allocation.ratio(),
                activationRatio(result.decision()), ReportParts.THIS_RUN);
    }

    /** The width of activations, or the least of several. */
    private String activationBits(Decision decision) {
        List<BitWidth> widths = sites.stream().map(s -> activationBits(decision, s)).distinct().sorted().toList();
        return widths.isEmpty()
                ? activationBits.toString()
                : widths.getFirst() + (widths.size() > 1 ? " MP" : "");
    }

    private BitWidth activationBits(Decision decision, ActivationSite site) {
        return decision.activations().getOrDefault(site.block(), activationBits);
    }

    private double activationRatio(Decision decision) {
        if (decision.activations().isEmpty()) {
            return 32.0 / activationBits.bits();
        }
        double elements = sites.stream().mapToDouble(s -> s.shape().size()).sum();
        return 32.0 * elements
                / sites.stream().mapToDouble(s -> (double) s.shape().size() * activationBits(decision, s).bits()).sum();
    }

    private RunReport.Quantization quantization(MethodResult main) {
        Quantizer quantizer = main.method().quantizer();
        String activations = activationBits.isFloat()
                ? "float"
                : activationBits(main.decision()) + " bits unsigned after each ReLU, "
                        + quantizer.describeActivations();
        BitAllocation allocation = main.decision().allocation();
        return new RunReport.Quantization(quantizer.describeWeights(), activations,
                main.method().policy().describe(options.target()), allocation.ratio(), allocation.mebibytes(),
                activationRatio(main.decision()), Compression.convention(),
                main.method().policy().describe(), main.packed());
    }

    private List<RunReport.BlockRow> blocks(Decision main) {
        List<RunReport.BlockRow> rows = new ArrayList<>();
        List<String> order = main.turns().stream().map(Turn::block).toList();
        for (Block b : main.allocation().blocks()) {
            BitWidth bits = main.allocation().of(b);
            Sensitivity s = main.sensitivities().isEmpty() ? null : Sensitivity.of(b, main.sensitivities());
            BlockCurvature top = s == null ? null : s.curvature();
            double perturbation = s != null
                    ? s.perturbation(bits)
                    : b.weights().stream()
                            .mapToDouble(n -> main.method().quantizer().perturbation(weights.get(n), bits)).sum();
            int turn = order.indexOf(b.name());
            rows.add(new RunReport.BlockRow(b.name(), b.weights(), b.weightCount(),
                    top == null ? null : top.eigenvalue(), top == null ? null : top.residual(),
                    top == null ? null : top.products(), top == null ? null : top.converged(),
                    s == null ? null : s.value(), bits.bits(), perturbation, s == null ? null : s.omega(bits),
                    turn < 0 ? null : turn + 1));
        }
        return rows;
    }
}
