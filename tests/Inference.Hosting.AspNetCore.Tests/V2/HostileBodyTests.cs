// SPDX-License-Identifier: Apache-2.0

using System.Net;
using System.Text;
using Inference.Hosting.AspNetCore.Tests.Support;
using Inference.Hosting.Tensors;
using Microsoft.Extensions.Logging;

namespace Inference.Hosting.AspNetCore.Tests.V2;

public sealed class HostileBodyTests
{
    private const string Good = """{"inputs":[{"name":"x","shape":[2],"datatype":"INT32","data":[1,2]}]}""";

    public static TheoryData<string, string, string> Bodies => new()
    {
        // name, body, what the error must name
        { "empty", "", "JSON" },
        { "white", "  \n ", "JSON" },
        { "no object", "[1]", "JSON object" },
        { "text", "hello", "JSON" },
        { "truncated", """{"inputs":[{"name":"x","shape":[2],"datatype":"INT32","data":[1""", "'x'" },
        { "truncated object", """{"inputs":[""", "JSON" },
        { "trailing garbage", Good + "x", "JSON" },
        { "second value", Good + "{}", "JSON" },
        { "comment", "/*c*/" + Good, "JSON" },
        { "trailing comma", """{"inputs":[{"name":"x","shape":[2],"datatype":"INT32","data":[1,2,]}]}""", "'x'" },
        { "no inputs", "{}", "inputs" },
        { "null inputs is missing too", """{"id":"1"}""", "inputs" },
        { "inputs no array", """{"inputs":{}}""", "'inputs'" },
        { "input no object", """{"inputs":[1]}""", "'inputs'" },
        { "input null", """{"inputs":[null]}""", "'inputs'" },
        { "id a number", """{"id":1,"inputs":[]}""", "'id'" },
        { "no name", """{"inputs":[{"shape":[2],"datatype":"INT32","data":[1,2]}]}""", "Input 1" },
        { "name null", """{"inputs":[{"name":null,"shape":[2],"datatype":"INT32","data":[1,2]}]}""", "'name'" },
        { "name a number", """{"inputs":[{"name":5,"shape":[2],"datatype":"INT32","data":[1,2]}]}""", "name" },
        { "no shape", """{"inputs":[{"name":"x","datatype":"INT32","data":[1,2]}]}""", "'shape'" },
        { "no datatype", """{"inputs":[{"name":"x","shape":[2],"data":[1,2]}]}""", "'datatype'" },
        { "no data", """{"inputs":[{"name":"x","shape":[2],"datatype":"INT32"}]}""", "'data'" },
        { "data null", """{"inputs":[{"name":"x","shape":[2],"datatype":"INT32","data":null}]}""", "'data'" },
        { "data a number", """{"inputs":[{"name":"x","shape":[1],"datatype":"INT32","data":1}]}""", "'data'" },
        { "data and binary", """{"inputs":[{"name":"x","shape":[2],"datatype":"INT32","parameters":{"binary_data_size":8},"data":[1,2]}]}""", "'x'" },
        { "binary without header", """{"inputs":[{"name":"x","shape":[2],"datatype":"INT32","parameters":{"binary_data_size":8}}]}""", "Inference-Header-Content-Length" },
        { "negative binary size", """{"inputs":[{"name":"x","shape":[2],"datatype":"INT32","parameters":{"binary_data_size":-8}}]}""", "binary_data_size" },
        { "unknown datatype", """{"inputs":[{"name":"x","shape":[2],"datatype":"INT322","data":[1,2]}]}""", "INT322" },
        { "datatype lower", """{"inputs":[{"name":"x","shape":[2],"datatype":"int32","data":[1,2]}]}""", "int32" },
        { "too many", """{"inputs":[{"name":"x","shape":[2],"datatype":"INT32","data":[1,2,3]}]}""", "'x'" },
        { "too few", """{"inputs":[{"name":"x","shape":[3],"datatype":"INT32","data":[1,2]}]}""", "2 elements" },
        { "too many, shape late", """{"inputs":[{"name":"x","datatype":"INT32","data":[1,2,3],"shape":[2]}]}""", "'x'" },
        { "the spec's own example", """{"inputs":[{"name":"x","shape":[3],"datatype":"BOOL","data":[true]}]}""", "1 elements" },
        { "negative dimension", """{"inputs":[{"name":"x","shape":[-1],"datatype":"INT32","data":[1]}]}""", "dimension 0" },
        { "fractional dimension", """{"inputs":[{"name":"x","shape":[1.5],"datatype":"INT32","data":[1]}]}""", "dimension 0" },
        { "huge dimension", """{"inputs":[{"name":"x","shape":[99999999999999999999],"datatype":"INT32","data":[1]}]}""", "dimension 0" },
        { "text dimension", """{"inputs":[{"name":"x","shape":["2"],"datatype":"INT32","data":[1,2]}]}""", "dimension 0" },
        { "nested shape", """{"inputs":[{"name":"x","shape":[[2]],"datatype":"INT32","data":[1,2]}]}""", "dimension 0" },
        { "overflowing shape", """{"inputs":[{"name":"x","shape":[4294967296,4294967296,4],"datatype":"INT32","data":[1]}]}""", "overflows" },
        { "shape an object", """{"inputs":[{"name":"x","shape":{},"datatype":"INT32","data":[1,2]}]}""", "'shape'" },
        { "rank", $$"""{"inputs":[{"name":"x","shape":[{{string.Join(',', Enumerable.Repeat(1, 33))}}],"datatype":"INT32","data":[1]}]}""", "MaxRank" },
        { "text in numbers", """{"inputs":[{"name":"x","shape":[2],"datatype":"INT32","data":[1,"2"]}]}""", "element 1" },
        { "null in numbers", """{"inputs":[{"name":"x","shape":[2],"datatype":"FP32","data":[1,null]}]}""", "element 1" },
        { "object in numbers", """{"inputs":[{"name":"x","shape":[2],"datatype":"FP32","data":[1,{"a":1}]}]}""", "element 1" },
        { "boolean in numbers", """{"inputs":[{"name":"x","shape":[2],"datatype":"INT32","data":[1,true]}]}""", "element 1" },
        { "fraction in integers", """{"inputs":[{"name":"x","shape":[2],"datatype":"INT32","data":[1,1.5]}]}""", "element 1" },
        { "INT32 range", """{"inputs":[{"name":"x","shape":[1],"datatype":"INT32","data":[2147483648]}]}""", "element 0" },
        { "INT8 range", """{"inputs":[{"name":"x","shape":[1],"datatype":"INT8","data":[-129]}]}""", "-128 to 127" },
        { "UINT8 sign", """{"inputs":[{"name":"x","shape":[1],"datatype":"UINT8","data":[-1]}]}""", "0 to 255" },
        { "UINT64 range", """{"inputs":[{"name":"x","shape":[1],"datatype":"UINT64","data":[18446744073709551616]}]}""", "element 0" },
        { "INT64 range", """{"inputs":[{"name":"x","shape":[1],"datatype":"INT64","data":[9223372036854775808]}]}""", "element 0" },
        { "INT64 far", """{"inputs":[{"name":"x","shape":[1],"datatype":"INT64","data":[1e300]}]}""", "element 0" },
        { "FP32 range", """{"inputs":[{"name":"x","shape":[1],"datatype":"FP32","data":[1e39]}]}""", "FP32" },
        { "FP64 range", """{"inputs":[{"name":"x","shape":[1],"datatype":"FP64","data":[1e309]}]}""", "FP64" },
        { "FP16 range", """{"inputs":[{"name":"x","shape":[1],"datatype":"FP16","data":[65520]}]}""", "FP16" },
        { "BF16 range", """{"inputs":[{"name":"x","shape":[1],"datatype":"BF16","data":[3.4e38]}]}""", "BF16" },
        { "BOOL range", """{"inputs":[{"name":"x","shape":[1],"datatype":"BOOL","data":[2]}]}""", "element 0" },
        { "number in BYTES", """{"inputs":[{"name":"x","shape":[1],"datatype":"BYTES","data":[2]}]}""", "element 0" },
        { "half a surrogate", """{"inputs":[{"name":"x","shape":[1],"datatype":"BYTES","data":["\ud800"]}]}""", "UTF-8" },
        { "NaN", """{"inputs":[{"name":"x","shape":[1],"datatype":"FP32","data":[NaN]}]}""", "'x'" },
        { "Infinity", """{"inputs":[{"name":"x","shape":[1],"datatype":"FP32","data":[-Infinity]}]}""", "'x'" },
        { "leading zero", """{"inputs":[{"name":"x","shape":[1],"datatype":"FP32","data":[01]}]}""", "'x'" },
        { "plus", """{"inputs":[{"name":"x","shape":[1],"datatype":"FP32","data":[+1]}]}""", "'x'" },
        { "mixed depth", """{"inputs":[{"name":"x","shape":[2],"datatype":"INT32","data":[1,[2]]}]}""", "different depths" },
        { "mixed depth 2", """{"inputs":[{"name":"x","shape":[2],"datatype":"INT32","data":[[1],2]}]}""", "different depths" },
        { "ragged", """{"inputs":[{"name":"x","shape":[3],"datatype":"INT32","data":[[1],[2,3]]}]}""", "nested arrays of 1 and of 2" },
        { "deep data", $$"""{"inputs":[{"name":"x","shape":[1],"datatype":"INT32","data":{{new string('[', 60)}}1{{new string(']', 60)}}}]}""", "'x'" },
        { "very deep data", $$"""{"inputs":[{"name":"x","shape":[1],"datatype":"INT32","data":{{new string('[', 5000)}}""", "'x'" },
        { "deep unknown", $$"""{"future":{{new string('[', 101)}}{{new string(']', 101)}},"inputs":[]}""", "MaxJsonDepth" },
        { "very deep unknown", "{\"future\":" + new string('[', 100_000), "MaxJsonDepth" },
        { "twice inputs", """{"inputs":[],"inputs":[]}""", "twice" },
        { "twice name", """{"inputs":[{"name":"x","name":"y","shape":[2],"datatype":"INT32","data":[1,2]}]}""", "twice" },
        { "twice data", """{"inputs":[{"name":"x","shape":[2],"datatype":"INT32","data":[1,2],"data":[1,2]}]}""", "twice" },
        { "twice parameter", """{"parameters":{"a":1,"a":2},"inputs":[]}""", "twice" },
        { "twice a tensor", """{"inputs":[{"name":"x","shape":[1],"datatype":"INT32","data":[1]},{"name":"x","shape":[1],"datatype":"INT32","data":[1]}]}""", "'x'" },
        { "twice an output", Good[..^1] + ""","outputs":[{"name":"x"},{"name":"x"}]}""", "'x'" },
        { "output without name", Good[..^1] + ""","outputs":[{}]}""", "Requested output 1" },
        { "output no object", Good[..^1] + ""","outputs":["x"]}""", "'outputs'" },
        { "parameters no object", Good[..^1] + ""","parameters":[]}""", "'parameters'" },
        { "parameter an array", Good[..^1] + ""","parameters":{"a":[1]}}""", "'a'" },
        { "parameter beyond", Good[..^1] + ""","parameters":{"a":1e999}}""", "'a'" },
        { "priority text", Good[..^1] + ""","parameters":{"priority":"1"}}""", "'priority'" },
        { "priority negative", Good[..^1] + ""","parameters":{"priority":-1}}""", "'priority'" },
        { "timeout fraction", Good[..^1] + ""","parameters":{"timeout":1.5}}""", "'timeout'" },
        { "sequence", Good[..^1] + ""","parameters":{"sequence_id":7}}""", "sequence_id" },
        { "sequence text", Good[..^1] + ""","parameters":{"sequence_id":"s"}}""", "sequence_id" },
        { "sequence start", Good[..^1] + ""","parameters":{"sequence_start":true}}""", "sequence_start" },
        { "headers", Good[..^1] + ""","parameters":{"headers":"h"}}""", "'headers'" },
        { "triton", Good[..^1] + ""","parameters":{"triton_x":1}}""", "triton_" },
        { "binary output text", Good[..^1] + ""","parameters":{"binary_data_output":"yes"}}""", "binary_data_output" },
        { "shared memory", """{"inputs":[{"name":"x","shape":[2],"datatype":"INT32","parameters":{"shared_memory_region":"r"}}]}""", "Shared memory" },
        { "classification of text", Good[..^1] + ""","outputs":[{"name":"x","parameters":{"classification":"all"}}]}""", "classification" },
        { "long name", $$"""{"inputs":[{"name":"{{new string('n', 2000)}}","shape":[2],"datatype":"INT32","data":[1,2]}]}""", "MaxNameLength" },
        { "many inputs", $$"""{"inputs":[{{string.Join(',', Enumerable.Range(0, 1025).Select(i => $$"""{"name":"n{{i}}","shape":[0],"datatype":"INT32","data":[]}"""))}}]}""", "MaxTensors" },
        { "many parameters", "{\"parameters\":{" + string.Join(',', Enumerable.Range(0, 129).Select(i => $"\"p{i}\":1")) + "},\"inputs\":[]}", "MaxParameters" },
    };

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task Infer_BadBody_Is400ThatNamesTheFault(string name, string body, string expected)
    {
        var model = TestModels.Identity(TensorDataType.Int32, -1);
        await using var app = await TestApp.StartAsync(model);

        var error = await TestApp.ErrorAsync(await app.PostAsync("/v2/models/id/infer", body), HttpStatusCode.BadRequest);

        Assert.True(error.Contains(expected, StringComparison.Ordinal), $"{name}: {error}");
        Assert.Equal(0, model.Calls);
        await TestApp.JsonAsync(await app.PostAsync("/v2/models/id/infer", Good));
        Assert.DoesNotContain(app.Log.Entries, entry => entry.Level >= LogLevel.Error);
    }

    [Theory]
    [InlineData("name")]
    [InlineData("data")]
    public async Task Infer_InvalidUtf8_Is400(string where)
    {
        await using var app = await TestApp.StartAsync(TestModels.Identity(TensorDataType.Bytes, -1));
        var (name, data) = where == "name" ? ("\xFF", "a") : ("x", "\xFF\xFE");
        var body = Encoding.Latin1.GetBytes($$"""{"inputs":[{"name":"{{name}}","shape":[1],"datatype":"BYTES","data":["{{data}}"]}]}""");

        var error = await TestApp.ErrorAsync(await app.PostAsync("/v2/models/id/infer", body), HttpStatusCode.BadRequest);

        Assert.Contains("UTF-8", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"inputs":[{"name":"x","shape":[100000000],"datatype":"INT64","data":[1]}]}""")]
    [InlineData("""{"inputs":[{"name":"x","shape":[1000000000000],"datatype":"BYTES","data":["a"]}]}""")]
    public async Task Infer_ShapeBeyondLimit_Is413(string body)
    {
        await using var app = await TestApp.StartAsync(TestModels.Identity(TensorDataType.Int64, -1));

        var error = await TestApp.ErrorAsync(await app.PostAsync("/v2/models/id/infer", body), HttpStatusCode.RequestEntityTooLarge);

        Assert.Contains("MaxTensorBytes", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Infer_EveryPrefixOfAGoodBody_Is400()
    {
        await using var app = await TestApp.StartAsync(TestModels.Identity(TensorDataType.Int32, -1));
        for (var length = 0; length < Good.Length; length++)
        {
            await TestApp.ErrorAsync(await app.PostAsync("/v2/models/id/infer", Good[..length]), HttpStatusCode.BadRequest);
        }
    }
}
