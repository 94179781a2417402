// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.OnnxRuntime.Sessions;

/// <summary>Session configuration entries that ONNX Runtime 1.31 knows. It takes any other in silence, so we do not.</summary>
internal static class SessionConfigKeys
{
    public const string IntraOpSpinning = "session.intra_op.allow_spinning";
    public const string InterOpSpinning = "session.inter_op.allow_spinning";
    public const string RecordAssignment = "session.record_ep_graph_assignment_info";
    public const string DisableCpuFallback = "session.disable_cpu_ep_fallback";

    private static readonly HashSet<string> _known = new(StringComparer.Ordinal)
    {
        IntraOpSpinning,
        InterOpSpinning,
        RecordAssignment,
        DisableCpuFallback,
        "mlas.disable_kleidiai",
        "mlas.enable_gemm_fastmath_arm64_bfloat16",
        "mlas.kleidiai.conv_igemm_max_work",
        "mlas.nchwc_depthwise_sliding",
        "mlas.nchwc_pointwise_conv_max_input_channel_batch",
        "mlas.qnbit.force_fp32",
        "mlas.use_lut_gemm",
        "optimization.disable_specified_optimizers",
        "optimization.enable_cast_chain_elimination",
        "optimization.enable_gelu_approximation",
        "optimization.enable_memory_probe_recompute_config",
        "optimization.memory_optimizer_config",
        "session.allow_released_opsets_only",
        "session.collect_node_memory_stats_to_file",
        "session.debug_layout_transformation",
        "session.disable_aot_function_inlining",
        "session.disable_double_qdq_remover",
        "session.disable_model_compile",
        "session.disable_prepacking",
        "session.disable_quant_qdq",
        "session.dynamic_block_base",
        "session.enable_dq_matmulnbits_fusion",
        "session.enable_quant_qdq_cleanup",
        "session.force_spinning_stop",
        "session.function_expansion_byte_limit",
        "session.function_expansion_node_limit",
        "session.gqa_value_layout",
        "session.graph_optimizations_loop_level",
        "session.inter_op.spin_backoff_max",
        "session.inter_op.spin_duration_us",
        "session.intra_op.spin_backoff_max",
        "session.intra_op.spin_duration_us",
        "session.intra_op_thread_affinities",
        "session.layer_assignment_settings",
        "session.load_model_format",
        "session.max_shape_override",
        "session.model_external_initializers_file_folder_path",
        "session.name_based_layer_assignment",
        "session.node_partition_config_file",
        "session.optimized_model_external_initializers_file_name",
        "session.optimized_model_external_initializers_min_size_in_bytes",
        "session.prepack.enable_parallel",
        "session.qdq_matmulnbits_accuracy_level",
        "session.qdq_matmulnbits_block_size",
        "session.qdqisint8allowed",
        "session.save_external_prepacked_constant_initializers",
        "session.save_model_format",
        "session.set_denormal_as_zero",
        "session.strict_shape_type_inference",
        "session.use_device_allocator_for_initializers",
        "session.use_env_allocators",
        "session.use_memory_mapped_ort_model",
        "session.use_ort_model_bytes_directly",
        "session.x64quantprecision",
    };

    public static IReadOnlyCollection<string> All => _known;

    /// <summary>Whether ONNX Runtime reads the key; keys of providers cannot be checked.</summary>
    public static bool IsKnown(string key) => _known.Contains(key) || key.StartsWith("ep.", StringComparison.Ordinal);

    /// <summary>The known key that differs least, for messages.</summary>
    public static string Nearest(string key) => _known.MinBy(known => Distance(known, key))!;

    private static int Distance(string left, string right)
    {
        var row = Enumerable.Range(0, right.Length + 1).ToArray();
        for (var i = 1; i <= left.Length; i++)
        {
            var (corner, current) = (row[0], i);
            row[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                current = Math.Min(Math.Min(row[j] + 1, row[j - 1] + 1), corner + (left[i - 1] == right[j - 1] ? 0 : 1));
                (corner, row[j]) = (row[j], current);
            }
        }

        return row[^1];
    }
}
