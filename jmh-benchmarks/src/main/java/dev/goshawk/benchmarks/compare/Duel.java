package dev.goshawk.benchmarks.compare;

import dev.goshawk.benchmarks.work.Workload;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Measures one line: warms both sides up, checks that they compute the same, then times them in turn. */
final class Duel {
    /** Results of two implementations agree within this, relative. */
    private static final double AGREEMENT = 1e-3;
    private static final double WARM_UP_SECONDS = 12;
    private static final String PEAK = "peak";

    private final Processes processes;
    private final boolean quick;
    private final Consumer<String> notes;

    Duel(Processes processes, boolean quick, Consumer<String> notes) {
        this.processes = processes;
        this.quick = quick;
        this.notes = notes;
    }

    List<Result> measure(Bar bar) {
        return switch (bar.kind()) {
            case TORCH -> List.of(timed(bar, torch()));
            case BLAS -> List.of(timed(bar, List.of(processes::blas)));
            case MEMORY -> List.of(memory(bar));
            case START -> List.of(start(bar));
            case PACKED -> new PackedRace(processes, quick, notes).measure(bar);
            case PROGRAM -> new Programs(processes, quick, notes).measure(bar);
        };
    }

    private List<Supplier<WorkerProcess>> torch() {
        return Processes.FORMATS.stream().<Supplier<WorkerProcess>>map(f -> () -> processes.torch(f)).toList();
    }

    private Result timed(Bar bar, List<Supplier<WorkerProcess>> candidates) {
        String work = bar.work();
        try (WorkerProcess engine = processes.engine()) {
            double peakFlop = flop(engine.prepare(PEAK));
            Map<String, Double> facts = engine.prepare(work);
            double flop = flop(facts);
            Side ours = warm(engine, work);
            Side peer = null;
            double check = 0;
            if (processes.havePeers()) {
                for (Supplier<WorkerProcess> candidate : candidates) {
                    WorkerProcess process = candidate.get();
                    Map<String, Double> theirs = process.prepare(work);
                    check = Math.max(check, agree(bar, process.name(), facts, theirs));
                    Side side = warm(process, work);
                    if (peer == null || side.best() < peer.best()) {
                        close(peer);
                        peer = side;
                    } else {
                        process.close();
                    }
                }
            }
            Readings samples = new Readings();
            long start = System.nanoTime();
            while (samples.size() < least() || samples.size() < most() && seconds(start) < budget()) {
                samples.peak.add(engine.run(PEAK, 1));
                samples.ours.add(ours.sample() / bar.parts());
                if (peer != null) {
                    samples.peers.add(peer.sample() / bar.parts());
                }
            }
            close(peer);
            double median = Readings.median(samples.ours);
            Double gflops = flop == 0 ? null : flop / bar.parts() / median / 1e6;
            Double share = gflops == null ? null : gflops / (peakFlop / Readings.median(samples.peak) / 1e6);
            return samples.result(bar, gflops, share, peer == null ? null : peer.process().name(), check);
        }
    }

    private static void close(@Nullable Side side) {
        if (side != null) {
            side.process().close();
        }
    }

    private Result memory(Bar bar) {
        double ours = peakMemory(processes.engine(), bar.work());
        Double peer = null;
        String configuration = null;
        if (processes.havePeers()) {
            for (String format : Processes.FORMATS) {
                WorkerProcess process = processes.torch(format);
                double memory = peakMemory(process, bar.work());
                if (peer == null || memory < peer) {
                    peer = memory;
                    configuration = process.name();
                }
            }
        }
        Double ratio = peer == null ? null : peer / ours;
        return new Result(bar, ours, peer, ratio, ratio, ratio, null, null, configuration, null);
    }

    private static double peakMemory(WorkerProcess started, String work) {
        try (WorkerProcess process = started) {
            process.prepare(work);
            process.run(work, 5);
            return process.memory();
        }
    }

    private Result start(Bar bar) {
        Supplier<WorkerProcess> torch = () -> processes.torch(Processes.FORMATS.get(0));
        if (processes.havePeers()) {
            firstResult(torch, bar.work()); // unpacks the native libraries
        }
        Readings samples = new Readings();
        for (int i = 0; i < (quick ? 2 : 5); i++) {
            samples.ours.add(firstResult(processes::engine, bar.work()));
            if (processes.havePeers()) {
                samples.peers.add(firstResult(torch, bar.work()));
            }
        }
        notes.accept(bar.name() + ": goshawk " + warmUp(processes.engine(), bar.work()));
        if (processes.havePeers()) {
            notes.accept(bar.name() + ": libtorch " + warmUp(torch.get(), bar.work()));
        }
        return samples.result(bar, null, null, processes.havePeers() ? "libtorch " + Processes.FORMATS.get(0) : null,
                null);
    }

    /** From when on a run takes no more than 1/0.9 of what it takes in the end. */
    private static String warmUp(WorkerProcess started, String work) {
        long start = System.nanoTime();
        List<Double> millis = new ArrayList<>();
        List<Double> ends = new ArrayList<>();
        try (WorkerProcess process = started) {
            process.prepare(work);
            double first = seconds(start);
            while (seconds(start) < first + WARM_UP_SECONDS) {
                millis.add(process.run(work, 1));
                ends.add(seconds(start));
            }
            double steady = Readings.median(millis.subList(millis.size() / 2, millis.size()));
            int warm = 0;
            while (millis.get(warm) > steady / 0.9) {
                warm++;
            }
            return Compare.format("%.1f s to the first result, %.1f s to 90 %% of its steady speed, %.0f ms a run",
                    first, ends.get(warm),
                    steady);
        }
    }

    private static double firstResult(Supplier<WorkerProcess> starter, String work) {
        long start = System.nanoTime();
        try (WorkerProcess process = starter.get()) {
            process.prepare(work);
            return (System.nanoTime() - start) / 1e6;
        }
    }

    private Side warm(WorkerProcess process, String work) {
        return Side.warm(process, work, quick ? 3 : 5, budget());
    }

    private double agree(Bar bar, String peer, Map<String, Double> ours, Map<String, Double> theirs) {
        double worst = 0;
        Map<String, String> wrong = new LinkedHashMap<>();
        for (Map.Entry<String, Double> fact : theirs.entrySet()) {
            Double own = ours.get(fact.getKey());
            if (own == null || fact.getKey().startsWith("note")) {
                continue;
            }
            double difference = Math.abs(own - fact.getValue()) / Math.abs(fact.getValue());
            worst = Math.max(worst, difference);
            if (!(difference <= AGREEMENT)) {
                wrong.put(fact.getKey(), own + " against " + fact.getValue());
            }
        }
        if (!wrong.isEmpty()) {
            throw new CompareException(bar.name() + ": goshawk and " + peer + " differ: " + wrong);
        }
        notes.accept(String.format(java.util.Locale.ROOT, "%s: %s computes the same to %.0e: %s%s", bar.name(), peer,
                worst,
                told(theirs), theirs.containsKey("note products")
                        ? String.format(java.util.Locale.ROOT,
                                "; products %.0f, goshawk %.0f", theirs.get("note products"), ours.get("note products"))
                        : ""));
        return worst;
    }

    private static String told(Map<String, Double> facts) {
        List<String> texts = new ArrayList<>();
        facts.forEach((name, value) -> {
            if (!name.startsWith("note")) {
                texts.add(String.format(java.util.Locale.ROOT, "%s %.6g", name, value));
            }
        });
        return String.join(", ", texts);
    }

    private static double flop(Map<String, Double> facts) {
        return facts.getOrDefault(Workload.FLOP, 0.0);
    }

    private static double seconds(long since) {
        return (System.nanoTime() - since) / 1e9;
    }

    private int least() {
        return quick ? 3 : 5;
    }

    private int most() {
        return quick ? 5 : 15;
    }

    private double budget() {
        return quick ? 4 : 12;
    }
}
