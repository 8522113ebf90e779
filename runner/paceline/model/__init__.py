"""What was written, what is sent, what came back: plain frozen records without behaviour of their own."""
