"""The screen: Gradio Blocks in FastAPI. The only place that imports gradio."""
