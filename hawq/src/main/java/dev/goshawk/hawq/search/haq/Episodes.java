package dev.goshawk.hawq.search.haq;

import dev.goshawk.backend.Backend;
import dev.goshawk.data.SplitMix64;
import dev.goshawk.hawq.allocate.BitAllocation;
import dev.goshawk.hawq.quantize.BitWidth;
import dev.goshawk.models.Block;
import dev.goshawk.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SequencedMap;
import java.util.function.ToDoubleFunction;

/**
 * Episodes of an agent: block by block it chooses an action, which is a width; choices that are too large together are walked down; the
 * reward of the whole choice is that of each of its steps. The first episodes are random, the later ones the agent's with noise that
 * becomes smaller.
 */
final class Episodes {
    /** Length that the published numbers of episodes and the decay of the noise belong to. */
    private static final double PUBLISHED = 600;
    private static final int RANDOM_EPISODES = 20;
    /** Most of a short search that is random. */
    private static final int SHORT_PART = 4;
    private static final double NOISE = 0.5;
    private static final double NOISE_DECAY = 0.99;
    /** Most updates a transition, where a short search makes up for its length. */
    private static final int MOST_UPDATES = 10;
    private static final int REMEMBERED = 128;
    private static final int STREAM = 31;

    private final List<Block> blocks;
    private final double[][] features;
    private final List<BitWidth> widths;
    private final long budget;
    private final int count;
    private final long seed;
    private final Agent agent;
    private final List<Double> rewards = new ArrayList<>();
    private double bestReward = Double.NEGATIVE_INFINITY;
    private int[] best = {};

    /**
     * Episodes that are still to come.
     *
     * @param features of each block, the last of them being the last action
     * @param widths ascending
     * @param budget bits that no choice exceeds, at least those of the narrowest width
     * @param count how many there will be
     * @param hidden width of the agent's hidden layers
     */
    Episodes(List<Block> blocks, double[][] features, List<BitWidth> widths, long budget, int count, int hidden,
            long seed, Backend backend) {
        this.blocks = List.copyOf(blocks);
        this.features = features.clone();
        this.widths = List.copyOf(widths);
        this.budget = budget;
        this.count = count;
        this.seed = seed;
        int numbers = features[0].length;
        this.agent = new Agent(numbers, hidden, new Replay(REMEMBERED * blocks.size(), numbers), seed, backend);
    }

    /** How many there were. */
    int done() {
        return rewards.size();
    }

    boolean isOver() {
        return done() >= count;
    }

    /** In order. */
    List<Double> rewards() {
        return Collections.unmodifiableList(rewards);
    }

    /** The first of the choices with the highest reward. */
    BitAllocation best() {
        return allocation(best);
    }

    /** Everything the agent keeps; shared. */
    SequencedMap<String, Tensor> state() {
        return agent.state();
    }

    /** Places of the best choice's widths. */
    int[] bestPlaces() {
        return best.clone();
    }

    /** Takes up earlier episodes; {@link #state} is restored by the caller. */
    void restore(List<Double> earlier, int[] places) {
        rewards.clear();
        rewards.addAll(earlier);
        best = places.clone();
        bestReward = earlier.stream().mapToDouble(r -> r).max().orElse(Double.NEGATIVE_INFINITY);
    }

    private int random() {
        return Math.min(RANDOM_EPISODES, Math.max(1, count / SHORT_PART));
    }

    /** One more episode. */
    double run(ToDoubleFunction<BitAllocation> reward) {
        int episode = done();
        SplitMix64 random = SplitMix64.of(seed, STREAM, episode);
        double[][] states = new double[blocks.size() + 1][];
        double[] actions = new double[blocks.size()];
        int[] places = new int[blocks.size()];
        for (int i = 0; i < blocks.size(); i++) {
            states[i] = features[i].clone();
            states[i][states[i].length - 1] = i == 0 ? 0 : actions[i - 1];
            actions[i] = episode < random()
                    ? random.nextDouble()
                    : near(agent.act(states[i]), noise(episode - random()), random);
            places[i] = place(actions[i]);
        }
        states[blocks.size()] = states[blocks.size() - 1];
        walkDown(blocks, widths, budget, places);
        double earned = reward.applyAsDouble(allocation(places));
        if (earned > bestReward) {
            bestReward = earned;
            best = places;
        }
        rewards.add(earned);
        for (int i = 0; i < blocks.size(); i++) {
            agent.remember(new Replay.Transition(states[i], actions[i], earned, states[i + 1],
                    i == blocks.size() - 1));
        }
        if (done() >= random() && !isOver()) {
            long updates = blocks.size() * Math.clamp(Math.round(PUBLISHED / count), 1L, MOST_UPDATES);
            for (long i = 0; i < updates; i++) {
                agent.update();
            }
        }
        return earned;
    }

    private double noise(int episode) {
        return NOISE * Math.pow(NOISE_DECAY, episode * PUBLISHED / count);
    }

    /** Normally distributed about a mean in [0, 1], what lies outside drawn again; an agent that diverged says nothing. */
    private static double near(double action, double deviation, SplitMix64 random) {
        double mean = Double.isNaN(action) ? 0.5 : action;
        while (true) {
            double radius = Math.sqrt(-2 * Math.log(1 - random.nextDouble()));
            double x = mean + deviation * radius * Math.cos(2 * Math.PI * random.nextDouble());
            if (x >= 0 && x <= 1) {
                return x;
            }
        }
    }

    /** The width of an action: each has an equal part of [0, 1]. */
    private int place(double action) {
        return Math.min(widths.size() - 1, (int) (action * widths.size()));
    }

    /**
     * Meets a size: from the last block back, and again from the last, one width less for each that has one, until it is met.
     *
     * @param places of the blocks' widths, changed
     * @param budget at least the bits of the narrowest width
     */
    static void walkDown(List<Block> blocks, List<BitWidth> widths, long budget, int[] places) {
        long bits = 0;
        for (int i = 0; i < places.length; i++) {
            bits += blocks.get(i).weightCount() * widths.get(places[i]).bits();
        }
        for (int i = places.length - 1; bits > budget; i = i == 0 ? places.length - 1 : i - 1) {
            if (places[i] > 0) {
                bits -= blocks.get(i).weightCount()
                        * (widths.get(places[i]).bits() - widths.get(places[i] - 1).bits());
                places[i]--;
            }
        }
    }

    private BitAllocation allocation(int[] places) {
        return new BitAllocation(blocks, Arrays.stream(places).mapToObj(widths::get).toList());
    }
}
