# Ends before its threads wake up, although it tells that they are done.
import random
import threading
import time


def greet(number):
    print(f"Hi, I'm thread {number}")
    pause = random.uniform(1, 3)
    print(f"Thread {number} sleeps for {pause:.2f} seconds")
    time.sleep(pause)
    print(f"Thread {number} says goodbye")


for number in (1, 2, 3):
    threading.Thread(target=greet, args=(number,), daemon=True).start()
time.sleep(0.2)
print("All 3 threads finished")
