package dev.goshawk.compile;

import dev.goshawk.graph.Graph;
import dev.goshawk.graph.Value;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The first and last step at which an owner is needed; within a section by images that is the whole section. */
final class Lifetimes {
    /** The owners of which only a tile exists at any time. */
    final Set<Value> passing = Collections.newSetFromMap(new IdentityHashMap<>());
    /** Last step that reads or writes an owner. */
    final Map<Value, Integer> lastUse = new IdentityHashMap<>();
    /** First step of the section in which a step lies, and its last, if owners outlive its tiles there. */
    final List<Integer> sectionStart = new ArrayList<>();
    final List<Integer> sectionEnd = new ArrayList<>();
    /** Owners read whole by a section that runs by images. */
    final List<Set<Value>> readWhole = new ArrayList<>();

    Lifetimes(Graph graph, List<Section> sections, Map<Value, Value> owners) {
        Map<Value, Section> users = new IdentityHashMap<>();
        Set<Value> elsewhere = Collections.newSetFromMap(new IdentityHashMap<>());
        int t = 0;
        for (Section section : sections) {
            int start = t;
            Set<Value> whole = Collections.newSetFromMap(new IdentityHashMap<>());
            for (int i = 0; i < section.steps().size(); i++, t++) {
                Step step = section.steps().get(i);
                for (Value v : step.reads()) {
                    use(Plan.owner(owners, v), t, section, users, elsewhere);
                    if (section.byImages() && !section.forms().get(i).sliced().contains(v)) {
                        whole.add(Plan.owner(owners, v));
                    }
                }
                for (Value v : step.writes()) {
                    use(Plan.owner(owners, v), t, section, users, elsewhere);
                }
                sectionStart.add(section.byImages() ? start : t);
                sectionEnd.add(section.byImages() ? start + section.steps().size() - 1 : t);
                readWhole.add(whole);
            }
        }
        for (Value v : graph.outputs().values()) {
            lastUse.put(Plan.owner(owners, v), Integer.MAX_VALUE);
            elsewhere.add(Plan.owner(owners, v));
        }
        sections.forEach(s -> passing.addAll(s.passing(owners, elsewhere)));
    }

    private void use(Value owner, int t, Section section, Map<Value, Section> users, Set<Value> elsewhere) {
        lastUse.put(owner, t);
        if (users.computeIfAbsent(owner, k -> section) != section) {
            elsewhere.add(owner);
        }
    }

    int from(Value owner, int t) {
        return passing.contains(owner) ? t : sectionStart.get(t);
    }

    int to(Value owner) {
        int last = lastUse.getOrDefault(owner, -1);
        return last == Integer.MAX_VALUE || passing.contains(owner) ? last : sectionEnd.get(last);
    }
}
