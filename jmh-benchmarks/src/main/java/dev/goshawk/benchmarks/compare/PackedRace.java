package dev.goshawk.benchmarks.compare;

import dev.goshawk.benchmarks.work.Workload;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** A packed network in turn with the same network by others: all of them in one run, one after another, again and again. */
final class PackedRace {
    private static final int BITS = 4;
    /** Relative, of the norm of a float network's logits. */
    private static final double AGREEMENT = 1e-3;
    /** The same where sums in another order move codes from one level to the next, which changes those after them. */
    private static final double AGREEMENT_OF_CODES = 0.03;

    private final Processes processes;
    private final boolean quick;
    private final Consumer<String> notes;

    PackedRace(Processes processes, boolean quick, Consumer<String> notes) {
        this.processes = processes;
        this.quick = quick;
        this.notes = notes;
    }

    /**
     * Who runs against the packed network.
     *
     * @param agrees with whose results its own have to agree, and how closely
     */
    private record Entrant(String part, String title, double least, Supplier<WorkerProcess> process, String work,
            Agreement agrees) {
    }

    private enum Agreement {
        FLOATS, CODES, ANSWERS
    }

    List<Result> measure(Bar bar) {
        String problem = bar.work();
        List<Entrant> entrants = new ArrayList<>(List.of(
                new Entrant("float32", "own float32", 1.0, processes::engine, "float/" + problem, Agreement.FLOATS),
                new Entrant("direct", "own float32, no Winograd", 1.3,
                        () -> processes.engine("-Dgoshawk.winograd=false"), "float/" + problem, Agreement.FLOATS)));
        if (processes.havePeers()) {
            entrants.add(new Entrant("ort", "ONNX Runtime float32", 0, processes::onnxRuntime, "float/" + problem,
                    Agreement.FLOATS));
            entrants.add(new Entrant("ort-int8", "ONNX Runtime int8", 0, processes::onnxRuntime, "int8/" + problem,
                    Agreement.ANSWERS));
            entrants.add(new Entrant("ort-qcdq", "ONNX Runtime, its own QCDQ file", 0, processes::onnxRuntime,
                    "codes/" + problem + "/" + BITS, Agreement.CODES));
        }
        List<Side> sides = new ArrayList<>();
        try {
            return race(bar, entrants, sides);
        } finally {
            sides.forEach(Side::close);
        }
    }

    private List<Result> race(Bar bar, List<Entrant> entrants, List<Side> sides) {
        String work = "packed/" + bar.work() + "/" + BITS;
        WorkerProcess engine = processes.engine();
        Map<String, Double> packed = prepared(engine, work, sides);
        List<Double> checks = new ArrayList<>();
        Map<String, Double> floats = Map.of();
        for (Entrant e : entrants) {
            Map<String, Double> facts = prepared(e.process().get(), e.work(), sides);
            floats = floats.isEmpty() ? facts : floats;
            checks.add(agree(bar, e, facts, e.agrees() == Agreement.CODES ? packed : floats));
        }
        notes.accept(
                Compare.format("%s: values of an image take %.0f kB, those of own float32's batch %.0f kB", bar.name(),
                        kilobytes(packed), kilobytes(floats)));
        List<Readings> readings = entrants.stream().map(e -> new Readings()).toList();
        long start = System.nanoTime();
        for (int n = 0; n < (quick ? 3 : 5)
                || n < (quick ? 5 : 15) && System.nanoTime() - start < (quick ? 8e9 : 40e9); n++) {
            double ours = sides.getFirst().sample();
            for (int i = 0; i < readings.size(); i++) {
                readings.get(i).ours.add(ours);
                readings.get(i).peers.add(sides.get(i + 1).sample());
            }
        }
        List<Result> results = new ArrayList<>();
        for (int i = 0; i < entrants.size(); i++) {
            Entrant e = entrants.get(i);
            results.add(
                    readings.get(i).result(bar.part(e.part(), bar.title() + ": " + e.title(), e.least()), null, null,
                            sides.get(i + 1).process().name(), checks.get(i)));
        }
        return results;
    }

    /** Prepares work and warms it up; it is closed with the sides. */
    private Map<String, Double> prepared(WorkerProcess process, String work, List<Side> sides) {
        sides.add(new Side(process, work, 1, 0));
        Map<String, Double> facts = process.prepare(work);
        sides.set(sides.size() - 1, Side.warm(process, work, 3, quick ? 3 : 6));
        return facts;
    }

    private double agree(Bar bar, Entrant entrant, Map<String, Double> found, Map<String, Double> wanted) {
        int answers = 0;
        int same = 0;
        double worst = 0;
        for (Map.Entry<String, Double> fact : wanted.entrySet()) {
            Double theirs = Objects.requireNonNullElse(found.get(fact.getKey()), Double.NaN);
            if (fact.getKey().startsWith("note answer")) {
                answers++;
                same += theirs.equals(fact.getValue()) ? 1 : 0;
            } else if (!fact.getKey().startsWith("note")) {
                worst = Math.max(worst, Math.abs(theirs - fact.getValue()) / Math.abs(fact.getValue()));
            }
        }
        notes.accept(Compare.format("%s: %s gives %d of %d answers of %s, logits of a norm that differs by %.0e",
                bar.name(), entrant.title(), same, answers, entrant.agrees() == Agreement.CODES
                        ? "the packed network"
                        : "own float32",
                worst));
        double most = switch (entrant.agrees()) {
            case FLOATS -> AGREEMENT;
            case CODES -> AGREEMENT_OF_CODES;
            case ANSWERS -> Double.POSITIVE_INFINITY;
        };
        if (!(worst <= most) || entrant.agrees() == Agreement.FLOATS && same < answers) {
            throw new CompareException(bar.name() + ": " + entrant.title() + " computes something else: " + found
                    + " against " + wanted);
        }
        return worst;
    }

    private static double kilobytes(Map<String, Double> facts) {
        return Objects.requireNonNull(facts.get(Workload.BYTES)) / 1000;
    }
}
