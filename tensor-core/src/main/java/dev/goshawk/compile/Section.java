package dev.goshawk.compile;

import dev.goshawk.graph.Value;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Steps that run one after another: each once over the whole batch, or all of them for a few images and then for the next few,
 * so that the values between them stay in cache and need memory for those images only.
 *
 * @param steps in order
 * @param forms how each step works by images; empty for a section that runs whole
 */
public record Section(List<Step> steps, List<BatchForm> forms) {

    /** Whether the section runs by images. */
    public boolean byImages() {
        return !forms.isEmpty();
    }

    /** Results added up over the images whose first term is computed here, so that they begin at 0. */
    public List<Value> begunSums() {
        List<Value> begun = new ArrayList<>();
        for (int i = 0; i < forms.size(); i++) {
            if (!(steps.get(i) instanceof Step.Apply a && a.addTo().isPresent())) {
                begun.addAll(forms.get(i).summed());
            }
        }
        return begun;
    }

    /** Where a value is made: the stage, and whether the value is there image by image as the stage goes on. */
    private record Origin(int stage, boolean sliced, boolean summed) {
    }

    /**
     * Divides steps into sections. Even stages run whole, odd ones by images. A step joins the present stage if all it needs of
     * that stage is the same images; one that needs a stage's sums, or a value of it whole, waits for the stage to end. Steps by
     * images keep their order, which keeps lifetimes as short as they were. Stages that use up less than half of what they make
     * run whole after all: their values go to memory in any case.
     */
    static List<Section> of(List<Step> steps, Map<Value, Value> owners, Collection<Value> outputs, int batch) {
        Map<Value, Origin> origins = new IdentityHashMap<>();
        Map<Integer, List<Step>> stages = new TreeMap<>();
        Map<Step, BatchForm> forms = new IdentityHashMap<>();
        int present = 1;
        for (Step step : steps) {
            BatchForm form = BatchForm.of(step, batch).orElse(null);
            int whole = 0;
            int byImages = present;
            for (Value read : needed(step)) {
                Origin o = origins.get(Plan.owner(owners, read));
                if (o == null) {
                    continue;
                }
                whole = Math.max(whole, o.stage + o.stage % 2);
                boolean together = form != null && (o.sliced && form.sliced().contains(read)
                        || o.summed && form.summed().contains(read));
                byImages = Math.max(byImages, together ? o.stage : o.stage + 1 + o.stage % 2);
            }
            if (form != null) {
                present = byImages;
                forms.put(step, form);
            }
            int stage = form != null ? byImages : whole;
            stages.computeIfAbsent(stage, k -> new ArrayList<>()).add(step);
            for (Value w : step.writes()) {
                origins.put(Plan.owner(owners, w), new Origin(stage, form != null && form.sliced().contains(w),
                        form != null && form.summed().contains(w)));
            }
        }
        Map<Value, Integer> lastStage = new IdentityHashMap<>();
        stages.forEach((stage, list) -> list.forEach(
                step -> needed(step).forEach(v -> lastStage.put(Plan.owner(owners, v), stage))));
        outputs.forEach(v -> lastStage.put(Plan.owner(owners, v), Integer.MAX_VALUE));
        List<Section> sections = new ArrayList<>();
        stages.forEach((stage, list) -> {
            long made = 0;
            long usedUp = 0;
            for (Step step : stage % 2 == 0 ? List.<Step>of() : list) {
                for (Value w : step.writes()) {
                    made += w.shape().size();
                    usedUp += lastStage.getOrDefault(Plan.owner(owners, w), stage) > stage ? 0 : w.shape().size();
                }
            }
            boolean byImages = stage % 2 == 1 && 2 * usedUp >= made;
            sections.add(new Section(list, byImages ? list.stream().map(forms::get).toList() : List.of()));
        });
        return sections;
    }

    private static List<Value> needed(Step step) {
        List<Value> needed = new ArrayList<>(step.reads());
        if (step instanceof Step.Apply a) {
            a.addTo().ifPresent(needed::add);
        }
        return needed;
    }

    /** Owners that only this section writes and reads, image by image: there is never more of them than the images at work. */
    Set<Value> passing(Map<Value, Value> owners, Set<Value> elsewhere) {
        Set<Value> sliced = Collections.newSetFromMap(new IdentityHashMap<>());
        Set<Value> other = Collections.newSetFromMap(new IdentityHashMap<>());
        for (int i = 0; i < forms.size(); i++) {
            Step step = steps.get(i);
            for (Value w : step.writes()) {
                (forms.get(i).sliced().contains(w) ? sliced : other).add(Plan.owner(owners, w));
            }
            for (Value r : step.reads()) {
                if (!forms.get(i).sliced().contains(r)) {
                    other.add(Plan.owner(owners, r));
                }
            }
        }
        sliced.removeAll(other);
        sliced.removeAll(elsewhere);
        return sliced;
    }
}
