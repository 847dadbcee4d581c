raise ZeroDivisionError("by nothing")
