// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.AspNetCore.Http.Json;

/// <summary>Checks that nested arrays are a regular grid: elements at one depth only, arrays of one depth all of one length.</summary>
internal sealed class Nesting(int maxDepth)
{
    private readonly int[] _counts = new int[maxDepth + 1];
    private readonly int[] _lengths = new int[maxDepth + 1];
    private int _depth;
    private int _deepest;
    private bool _hasElements;

    /// <summary>How many arrays stand in each other.</summary>
    public int Rank => _deepest;

    /// <summary>What is wrong, after a call returned false.</summary>
    public string Fault { get; private set; } = "";

    /// <summary>How many arrays are open.</summary>
    public int Depth => _depth;

    /// <summary>Starts over, inside the outermost array.</summary>
    public void Begin()
    {
        (_depth, _deepest, _hasElements) = (1, 1, false);
        _counts[1] = 0;
        Array.Fill(_lengths, -1);
    }

    /// <summary>Elements of the arrays at a depth, from 1 for the outermost; known once it has ended.</summary>
    public int LengthAt(int depth) => _lengths[depth];

    /// <summary>An array begins.</summary>
    public bool Open()
    {
        if (_depth == maxDepth)
        {
            Fault = $"is nested deeper than {maxDepth} arrays";
            return false;
        }

        _counts[_depth]++;
        _depth++;
        _counts[_depth] = 0;
        if (_depth > _deepest)
        {
            if (_hasElements)
            {
                Fault = "has elements at different depths";
                return false;
            }

            _deepest = _depth;
        }

        return true;
    }

    /// <summary>An element.</summary>
    public bool Element()
    {
        _counts[_depth]++;
        _hasElements = true;
        if (_depth == _deepest)
        {
            return true;
        }

        Fault = "has elements at different depths";
        return false;
    }

    /// <summary>Elements that follow another in the same array.</summary>
    public void Elements(int count) => _counts[_depth] += count;

    /// <summary>An array ends.</summary>
    /// <param name="isLast">Whether it was the outermost.</param>
    public bool Close(out bool isLast)
    {
        isLast = _depth == 1;
        if (_lengths[_depth] < 0)
        {
            _lengths[_depth] = _counts[_depth];
        }
        else if (_lengths[_depth] != _counts[_depth])
        {
            Fault = $"has nested arrays of {_lengths[_depth]} and of {_counts[_depth]} elements at one depth";
            return false;
        }

        _depth--;
        return true;
    }
}
