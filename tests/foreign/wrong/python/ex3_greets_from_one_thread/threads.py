# Assignment 1, exercise 3. Wrong: one thread says all of it.
import random
import threading
import time


def greet():
    for number in range(3):
        print(f"Hi, I'm thread {number}", flush=True)
    for number in range(3):
        time.sleep(random.uniform(0.2, 1))
        print(f"Thread {number} says goodbye", flush=True)


threading.Thread(target=greet).start()
