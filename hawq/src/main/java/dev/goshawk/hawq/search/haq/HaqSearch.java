package dev.goshawk.hawq.search.haq;

import dev.goshawk.hawq.allocate.SearchSettings;
import dev.goshawk.hawq.quantize.BitWidth;
import dev.goshawk.hawq.report.RunReport;
import dev.goshawk.hawq.search.Found;
import dev.goshawk.hawq.search.SearchListener;
import dev.goshawk.hawq.search.SearchTask;
import dev.goshawk.hawq.training.Checkpoints;
import dev.goshawk.weights.Weights;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** A search by trials, which writes a checkpoint after every episode. */
final class HaqSearch {
    private static final int HIDDEN = 300;
    /** Reward of a percentage point of accuracy. */
    private static final double REWARD = 0.1;
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final SearchTask task;
    private final SearchSettings settings;
    private final List<BitWidth> widths;
    private final Trial trial;
    private final Episodes episodes;
    private double seconds;

    HaqSearch(SearchTask task, List<BitWidth> widths, SearchSettings settings) {
        this.task = task;
        this.settings = settings;
        this.widths = widths;
        this.trial = new Trial(task, settings.images());
        this.episodes = new Episodes(task.blocks(), BlockFeatures.of(task.blocks(), task.weights().specs()), widths,
                task.target().budget(task.blocks(), widths.getFirst()), settings.episodes(), HIDDEN,
                task.settings().seed(), task.backend());
    }

    Found run(Checkpoints checkpoints, SearchListener listener) {
        checkpoints.newest(listener::note).ifPresent(this::restore);
        if (!episodes.isOver()) {
            double floats = trial.floatAccuracy();
            while (!episodes.isOver()) {
                long began = System.nanoTime();
                listener.searching(String.format(Locale.ROOT, "haq: episode %d of %d%s", episodes.done() + 1,
                        settings.episodes(), episodes.done() == 0
                                ? ""
                                : String.format(Locale.ROOT, ", last reward %.2f", episodes.rewards().getLast())),
                        (double) episodes.done() / settings.episodes());
                episodes.run(allocation -> REWARD * 100 * (trial.accuracy(allocation) - floats));
                seconds += (System.nanoTime() - began) / 1e9;
                save(checkpoints);
            }
        }
        double best = episodes.rewards().stream().mapToDouble(r -> r).max().orElseThrow();
        return new Found(episodes.best(), List.of(String.format(Locale.ROOT,
                "search: best reward %.3f of %d episodes, %.2f points of accuracy from the float network's", best,
                settings.episodes(), best / REWARD)),
                new RunReport.Search("HAQ", null, settings.episodes(), trial.images(), trial.heldOut(), null, seconds,
                        episodes.rewards(), List.of(), Map.of()));
    }

    /** What tells this search from others. */
    private String identity() {
        return task.network().name() + ", seed " + task.settings().seed() + ", widths " + widths + ", "
                + task.target().describe() + ", " + settings.episodes() + " episodes, " + trial.images() + " images, "
                + task.settings();
    }

    private void save(Checkpoints checkpoints) {
        Map<String, String> text = new LinkedHashMap<>();
        text.put("identity", identity());
        text.put("rewards", JSON.writeValueAsString(episodes.rewards()));
        text.put("best", JSON.writeValueAsString(episodes.bestPlaces()));
        text.put("seconds", Double.toString(seconds));
        checkpoints.write(episodes.done(), episodes.state(), text);
    }

    private void restore(Weights saved) {
        Map<String, String> text = saved.metadata();
        if (!identity().equals(text.get("identity"))) {
            throw new IllegalArgumentException(saved.source() + ": is a checkpoint of another search");
        }
        try {
            episodes.state().forEach((name, t) -> t.copyFrom(saved.get(name)));
            Double[] rewards = JSON.readValue(entry(text, "rewards"), Double[].class);
            episodes.restore(Arrays.asList(rewards), JSON.readValue(entry(text, "best"), int[].class));
            seconds = Double.parseDouble(entry(text, "seconds"));
        } catch (IllegalArgumentException | JacksonException e) {
            throw new IllegalArgumentException(
                    saved.source() + ": expected a checkpoint of this search, its content is damaged",
                    e);
        }
    }

    private static String entry(Map<String, String> text, String key) {
        String value = text.get(key);
        if (value == null) {
            throw new IllegalArgumentException("no entry '" + key + "'");
        }
        return value;
    }
}
