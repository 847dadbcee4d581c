"""Named endpoints for programs that use Gradio's client; see docs/python.md."""
